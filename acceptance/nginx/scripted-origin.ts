import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Script = (request: IncomingMessage, response: ServerResponse) => void;

export interface ScriptedOrigin {
  readonly url: string;
  /** `method url` of every request, in order. */
  readonly requests: { readonly line: string; readonly accept: string; readonly headers: IncomingMessage['headers'] }[];
  /** The answer to the requests that follow. */
  answer: Script;
  stop(): void;
}

/** An origin whose answers and timing the test decides: those of a real one cannot be chosen. */
export async function startScriptedOrigin(answer: Script): Promise<ScriptedOrigin> {
  const requests: ScriptedOrigin['requests'] = [];
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    requests.push({ line: `${method} ${url}`, accept: headers.accept ?? '', headers });
    origin.answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin: ScriptedOrigin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return origin;
}
