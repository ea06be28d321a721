import { readFile } from 'node:fs/promises';
import { cicp, ultraHdrOf } from '@imagemill/imaging/test-support';
import sharp from 'sharp';

const photos = new URL('../../examples/photos/', import.meta.url);

/** A sample photograph. */
export const photograph = () => readFile(new URL('product.jpg', photos));

/** The same photograph with a gain map, that makes everything above middle grey brighter. */
export async function ultraHdr(): Promise<Buffer> {
  const photo = await photograph();
  const map = sharp(photo).greyscale().linear(2, -255).toColourspace('b-w');
  return ultraHdrOf(photo, await map.jpeg({ quality: 90 }).toBuffer());
}

/** A photograph with a face above its centre. */
export const portrait = () => readFile(new URL('avatar.jpg', photos));

/** A thing with much light ground around it. */
export async function catalogue(): Promise<Buffer> {
  const thing = await sharp(await photograph())
    .resize(520, 600, { position: 'top' })
    .toBuffer();
  const ground = sharp({ create: { width: 1000, height: 1000, channels: 3, background: '#f4f1ea' } });
  return ground
    .composite([{ input: thing, left: 380, top: 300 }])
    .png()
    .toBuffer();
}

/** In Display P3: a disc of a red that sRGB has, on the red that it does not have. */
export async function reds(): Promise<Buffer> {
  const side = 300;
  const data = Buffer.alloc(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const isDisc = Math.hypot((at % side) - side / 2, Math.floor(at / side) - side / 2) < side / 3;
    data.set(isDisc ? [234, 51, 35] : [255, 0, 0], 3 * at);
  }
  const png = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  return Buffer.concat([
    png.subarray(0, PNG_HEADER_BYTES),
    cicp(P3_PRIMARIES, SRGB_TRANSFER),
    png.subarray(PNG_HEADER_BYTES),
  ]);
}

/** The signature and the chunk IHDR. */
const PNG_HEADER_BYTES = 33;
/** https://www.itu.int/rec/T-REC-H.273 */
const [P3_PRIMARIES, SRGB_TRANSFER] = [12, 13];

/** A square that moves across a photograph. */
export async function animation(): Promise<Buffer> {
  const ground = await sharp(await photograph())
    .resize(300, 300)
    .toBuffer();
  const square = { width: 80, height: 80, channels: 3, background: '#f0b429' } as const;
  const frames = await Promise.all(
    [20, 80, 140, 200].map((left) =>
      sharp(ground)
        .composite([{ input: { create: square }, left, top: 110 }])
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .webp({ quality: 90, delay: frames.map(() => 400), loop: 0 })
    .toBuffer();
}
