import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import type { Contender } from '../api/contenders.ts';
import { corpus } from '../engine/sources.ts';
import { atEvenRate } from '../load/at-even-rate.ts';

/** The longest side of a photograph, in pixels. */
export const PHOTO_SIDE = 256;
export const CATEGORY = 'product';

export interface Uploaded {
  readonly imageId: string;
  /** When the upload was complete, and reported unless it should not be; ms since 1970. */
  readonly atMs: number;
}

interface Ticket {
  readonly imageId: string;
  readonly uploadUrl: string;
  readonly headers: Record<string, string>;
}

/** Small photographs of real scenes. */
export const smallPhotos = async (): Promise<readonly Buffer[]> =>
  Promise.all(
    (await corpus()).map(({ bytes }) =>
      sharp(bytes).resize(PHOTO_SIDE, PHOTO_SIDE, { fit: 'inside' }).jpeg().toBuffer(),
    ),
  );

/** Uploads as a seller app does. @param isReported whether the app reports that the upload is complete */
export async function uploadOne(
  to: Contender,
  bytes: Buffer,
  { isReported = true, category = CATEGORY } = {},
): Promise<Uploaded> {
  const body = { filename: 'photo.jpg', contentType: 'image/jpeg', contentLength: bytes.byteLength, category };
  const headers = { ...to.headers, 'content-type': 'application/json' };
  const asked = await done(() => fetch(to.url, { method: 'POST', headers, body: JSON.stringify(body) }));
  const ticket = (await asked.json()) as Ticket;
  await done(() => fetch(ticket.uploadUrl, { method: 'PUT', headers: ticket.headers, body: new Uint8Array(bytes) }));
  const atMs = Date.now();
  if (isReported)
    await done(() => fetch(new URL(`${ticket.imageId}/complete`, to.url), { method: 'POST', headers: to.headers }));
  return { imageId: ticket.imageId, atMs };
}

/** Uploads at an even rate. Each one is reported. */
export async function uploadMany(
  to: Contender,
  photos: readonly Buffer[],
  { uploads, seconds }: { readonly uploads: number; readonly seconds: number },
): Promise<readonly Uploaded[]> {
  const uploaded: Uploaded[] = [];
  let next = 0;
  await atEvenRate(uploads / seconds, seconds, async () => {
    const photo = photos[next++ % photos.length] ?? Buffer.alloc(0);
    uploaded.push(await uploadOne(to, photo));
  });
  return uploaded;
}

/** Repeats a request that is refused for the moment, after the time that the answer asks for. */
async function done(request: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await request();
    if (response.ok) return response;
    const [retryAfterS, body] = [response.headers.get('retry-after'), await response.text()];
    if (response.status !== 503 || retryAfterS === null)
      throw new Error(`${response.url} responded ${response.status}: ${body}`);
    await delay(Number(retryAfterS) * 1000);
  }
}
