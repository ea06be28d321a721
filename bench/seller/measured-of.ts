import { measure } from '@imagemill/imaging';
import type { Measured } from '@imagemill/report';
import sharp from 'sharp';

/** The longest side for the product set. */
const DECODED_PX = 2400;

/** Of an upload, as its worker measures it. */
export async function measuredOf(upload: Buffer): Promise<Measured> {
  const { data, info } = await sharp(upload)
    .resize(DECODED_PX, DECODED_PX, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return measure({ data, raw: info });
}
