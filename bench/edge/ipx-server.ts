// ipx as its documentation starts it, in a separate process, with the sources on its own disk.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createIPX, createIPXNodeServer, ipxFSStorage } from 'ipx';

const { PORT, SOURCES_DIR = '' } = process.env;
const ipx = createIPX({ storage: ipxFSStorage({ dir: SOURCES_DIR }) });
const server = createServer(createIPXNodeServer(ipx));
await once(server.listen(Number(PORT), '127.0.0.1'), 'listening');
process.send?.('ready');
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
