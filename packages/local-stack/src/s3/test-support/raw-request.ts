import { type Agent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly localPort: number | undefined;
}

export interface RawRequestOptions extends Pick<RequestOptions, 'method' | 'headers'> {
  readonly agent?: Agent;
  readonly body?: string | Buffer;
}

/** Sends exactly the given request: `fetch` would correct lengths, paths and headers. */
export function rawRequest(url: string, options: RawRequestOptions = {}): Promise<RawResponse> {
  const { hostname, port } = new URL(url);
  const path = url.slice(url.indexOf(port) + port.length);
  const { body, ...requestOptions } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, ...requestOptions }, async (incoming) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      const { localPort } = outgoing.socket ?? {};
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, localPort });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
