import sharp from 'sharp';

const svg = { operation: ['VipsForeignLoadSvg'] };

/** Runs work as in a process without an engine, which loads SVG: an engine of another test may have blocked its loader. */
export async function withSvgLoader<T>(work: () => Promise<T>): Promise<T> {
  sharp.unblock(svg);
  try {
    return await work();
  } finally {
    sharp.block(svg);
  }
}
