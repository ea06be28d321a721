import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the service treats requests. `lies`: it answers in every way that is not a verdict. */
export type Manner = 'answers' | 'down' | 'slow' | 'lies';

export interface ModerationService {
  readonly url: string;
  manner: Manner;
  /** Images that it has allowed. */
  readonly allowed: ReadonlySet<string>;
  /** Requests by manner. */
  readonly asked: Readonly<Record<Manner, number>>;
}

const lies: readonly ((response: ServerResponse, imageId: string) => void)[] = [
  (response) => response.writeHead(500).end(),
  (response) => response.end('<html>It works!</html>'),
  (response, imageId) => response.end(JSON.stringify({ imageId, verdict: 'maybe' })),
  (response) => response.end(JSON.stringify({ verdict: 'allow' })),
  (response) => response.end(JSON.stringify({ imageId: '01a206fb-fa12-72e2-9c6c-2ad9049d1cfa', verdict: 'allow' })),
  (response, imageId) => response.end(JSON.stringify({ imageId, verdict: 'allow', message: 'x'.repeat(100_000) })),
  (response) => response.writeHead(302, { location: '/' }).end(),
];

/** An operator's moderation service that allows everything while it answers. It does not keep this process alive. */
export async function startModerationService(): Promise<ModerationService> {
  const allowed = new Set<string>();
  const asked: Record<Manner, number> = { answers: 0, down: 0, slow: 0, lies: 0 };
  const server = createServer(async (request, response) => {
    const { data } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString('utf8'));
    const { manner } = service;
    asked[manner] += 1;
    if (manner === 'down') return void response.destroy();
    if (manner === 'slow') return;
    if (manner === 'lies') return lies[asked.lies % lies.length]?.(response, data.imageId);
    allowed.add(data.imageId);
    response.end(JSON.stringify({ imageId: data.imageId, verdict: 'allow' }));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const service = { url: `http://127.0.0.1:${port}/`, manner: 'answers' as Manner, allowed, asked };
  return service;
}
