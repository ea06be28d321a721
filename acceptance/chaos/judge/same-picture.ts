import sharp, { type Sharp } from 'sharp';

/** Both pictures are compared at this size, squeezed to it: sides in pixels. */
const SIDE = 16;
/** Of 255, the mean over all pixels and channels: the codecs change up to about 6, another picture more than 40. */
const DIFFERENCE_MAX = 15;

/**
 * Whether a rendition shows the upload that it was made of: all of it, or its centre where the shape was cropped. What a
 * circle cut away is not compared.
 */
export async function isSamePicture(rendition: Buffer, upload: Buffer): Promise<boolean> {
  const { width, height } = await sharp(rendition).metadata();
  const expected = await squeeze(sharp(await centre(upload, width / height)));
  const actual = await squeeze(sharp(rendition));
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < actual.length; pixel += 4) {
    if ((actual[pixel + 3] ?? 0) < 250) continue;
    for (let channel = pixel; channel < pixel + 3; channel++) {
      sum += Math.abs((actual[channel] ?? 0) - (expected[channel] ?? 0));
      count += 1;
    }
  }
  return count > (SIDE * SIDE * 3) / 2 && sum / count <= DIFFERENCE_MAX;
}

const squeeze = (image: Sharp) =>
  image.resize(SIDE, SIDE, { fit: 'fill', kernel: 'cubic' }).ensureAlpha().raw().toBuffer();

/** The largest part of the picture around its centre that has this aspect ratio, lossless. */
async function centre(picture: Buffer, aspect: number): Promise<Buffer> {
  const { width, height } = await sharp(picture).metadata();
  const cropped = {
    width: Math.min(width, Math.round(height * aspect)),
    height: Math.min(height, Math.round(width / aspect)),
  };
  const left = Math.floor((width - cropped.width) / 2);
  const top = Math.floor((height - cropped.height) / 2);
  return sharp(picture)
    .extract({ left, top, ...cropped })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
