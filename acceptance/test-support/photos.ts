import sharp from 'sharp';

/** A JPEG with many bytes for its few pixels: 40 kB, but very cheap to render. */
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
