// ipx as its documentation starts it, in a separate process, with the sources on its own disk.
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createIPX, createIPXNodeServer, ipxFSStorage } from 'ipx';
import type { Sharp } from 'sharp';
import { encoderOf } from './ipx-path.ts';

/** Settings of the encoder that the path of the request names: ipx itself has only the quality. */
const encoder = new AsyncLocalStorage<object>();
const { prototype } = createRequire(createRequire(import.meta.url).resolve('ipx'))('sharp') as { prototype: Sharp };
const { toFormat } = prototype;
prototype.toFormat = function (format, options) {
  return toFormat.call(this, format, { ...options, ...encoder.getStore() });
};

const { PORT, SOURCES_DIR = '' } = process.env;
const ipx = createIPX({ storage: ipxFSStorage({ dir: SOURCES_DIR }) });
const listen = createIPXNodeServer(ipx);
const server = createServer((request, response) => {
  encoder.run(encoderOf(request.url ?? ''), () => listen(request, response));
});
await once(server.listen(Number(PORT), '127.0.0.1'), 'listening');
process.send?.('ready');
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
