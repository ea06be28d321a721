import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Contenders } from '../api/contenders.ts';

export interface Followed {
  /** From the call that reports the upload, to the event of its first rendition. */
  readonly firstMs: number;
  /** To the event of the finished image. */
  readonly readyMs: number;
  /** What the job itself has measured: from the download of the original to the last rendition. */
  readonly workMs: number;
  /** The steps of the job before its first encode. */
  readonly stepsMs: Readonly<Record<Step, number>>;
}

export const steps = ['fetch', 'inspect', 'decode'] as const;
export type Step = (typeof steps)[number];

interface Ticket {
  readonly imageId: string;
  readonly uploadUrl: string;
  readonly headers: Record<string, string>;
}

/** Uploads a photograph as a seller app does, and follows it by server-sent events. */
export async function followUpload(
  { ours, timingsOf }: Pick<Contenders, 'ours' | 'timingsOf'>,
  { bytes, category }: { readonly bytes: Buffer; readonly category: string },
): Promise<Followed> {
  const request = { filename: 'photo.jpg', contentType: 'image/jpeg', contentLength: bytes.byteLength, category };
  const asked = await fetch(ours.url, {
    method: 'POST',
    headers: { ...ours.headers, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const { imageId, uploadUrl, headers } = (await asked.json()) as Ticket;
  const put = await fetch(uploadUrl, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  if (!put.ok) throw new Error(`The upload answered ${put.status}.`);
  const events = await openEvents(new URL(`${imageId}/events`, ours.url), ours.headers);
  const reportedAt = performance.now();
  await fetch(new URL(`${imageId}/complete`, ours.url), { method: 'POST', headers: ours.headers });
  const firstMs = (await events.first('rendition')) - reportedAt;
  const readyMs = (await events.first('ready')) - reportedAt;
  events.close();
  const { total = Number.NaN, fetch: fetchMs = 0, inspect = 0, decode = 0 } = await timingsOf(imageId);
  return { firstMs, readyMs, workMs: total, stepsMs: { fetch: fetchMs, inspect, decode } };
}

/** The times of the first event of each kind. */
async function openEvents(url: URL, headers: Readonly<Record<string, string>>) {
  const request = get(url, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`The API responded ${response.statusCode} instead of events.`);
  const kinds = new Map<string, PromiseWithResolvers<number>>();
  const kind = (name: string) => {
    const found = kinds.get(name) ?? Promise.withResolvers<number>();
    kinds.set(name, found);
    return found;
  };
  response.setEncoding('utf8');
  response.on('error', () => {});
  response.on('data', (text: string) => {
    for (const [, name = ''] of text.matchAll(/^event: (\w+)$/gm)) kind(name).resolve(performance.now());
  });
  await kind('status').promise;
  return { first: (name: string) => kind(name).promise, close: () => request.destroy() };
}
