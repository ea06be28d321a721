// The floor of hits beside hostile requests, in a separate process: Node's HTTP server, one picture in memory, and 404 for every other URL.
import { once } from 'node:events';
import { createServer } from 'node:http';

const { HIT, HIT_BYTES, PORT } = process.env;
const bytes = Buffer.alloc(Number(HIT_BYTES));
const found = { 'content-type': 'image/webp', 'content-length': bytes.byteLength };

const server = createServer(({ url }, response) => {
  if (url === HIT) response.writeHead(200, found).end(bytes);
  else response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
});
server.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.('ready');
