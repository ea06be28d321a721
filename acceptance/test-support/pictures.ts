import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Pictures {
  readonly url: string;
  close(): Promise<void>;
}

/** A shop's web server, as the source of imports. @param find returns the body for a path; undefined is a 404 */
export async function startPictures(find: (path: string) => Uint8Array | undefined): Promise<Pictures> {
  const server = createServer(({ url = '' }, response) => {
    const picture = find(url);
    if (picture) response.end(picture);
    else response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
