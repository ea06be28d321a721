import { randomBytes } from 'node:crypto';
import sharp from 'sharp';

/** A JPEG of 40 kB that is cheap to render: most of its bytes are a comment. */
export async function longPhoto(): Promise<Buffer> {
  const create = { width: 150, height: 200, channels: 3, background: '#3377aa' } as const;
  const photo = await sharp({ create }).linear([1, 0.9, 0.8], [0, 10, 20]).jpeg().toBuffer();
  const comment = randomBytes(40_000);
  const header = Buffer.from([0xff, 0xfe, 0, 0]);
  header.writeUInt16BE(comment.byteLength + 2, 2);
  return Buffer.concat([photo.subarray(0, 2), header, comment, photo.subarray(2)]);
}

/** A JPEG whose renditions take six times the CPU of `longPhoto`: for tests that follow its progress. */
export function grainyPhoto(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const create = { width: 150, height: 200, channels: 3, background: '#3377aa', noise } as const;
  return sharp({ create }).jpeg({ quality: 100 }).toBuffer();
}

/** An uncompressed TIFF of 190 kB: many bytes to send, and very cheap to render. */
export function plainTiff(): Promise<Buffer> {
  const plain = sharp({ create: { width: 210, height: 300, channels: 3, background: '#3377aa' } });
  return plain.tiff({ compression: 'none' }).toBuffer();
}

/** An uncompressed TIFF of 18.9 MB: three parts of a multipart upload. */
export function scanBytes(): Promise<Buffer> {
  const plain = sharp({ create: { width: 3000, height: 2100, channels: 3, background: '#3377aa' } });
  return plain.tiff({ compression: 'none' }).toBuffer();
}
