import type { Sharp, WebpOptions } from 'sharp';

/** Lossless is smaller for most graphics, and does not blur their edges; for the others, it costs more bytes than it is worth. */
export async function encodeGraphicWebp(frame: Sharp, options: WebpOptions): Promise<Buffer> {
  const lossless = await frame
    .clone()
    .webp({ ...options, lossless: true })
    .toBuffer();
  const lossy = await frame.webp(options).toBuffer();
  return lossless.byteLength <= lossy.byteLength ? lossless : lossy;
}
