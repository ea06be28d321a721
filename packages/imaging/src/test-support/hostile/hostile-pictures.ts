import { flatAvif, manyItemsAvif, nestedBoxesAvif } from './avif.ts';
import { manyFramesGif } from './gif.ts';
import { manyScansJpeg } from './jpeg.ts';
import { inflatingPng, interlacedPng, manyChunksPng } from './png.ts';
import { loopingTiff, manyDirectoriesTiff } from './tiff.ts';
import { manyFramesWebp } from './webp.ts';

export interface HostilePicture {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const MIB = 1024 * 1024;

/**
 * Small files that would take seconds of CPU or a gigabyte of memory if nothing limited them. Generating them takes CPU as well.
 *
 * @param scale 1 for the largest files; 0.1 makes them ten times cheaper to generate
 */
export async function hostilePictures(scale: number): Promise<readonly HostilePicture[]> {
  const some = (count: number) => Math.round(count * scale);
  const side = (pixels: number) => Math.round(pixels * Math.sqrt(scale));
  const of = (contentType: string) => (name: string, bytes: Uint8Array) => ({ name, contentType, bytes });
  const [jpeg, png, webp] = [of('image/jpeg'), of('image/png'), of('image/webp')];
  const [avif, gif, tiff] = [of('image/avif'), of('image/gif'), of('image/tiff')];
  const scans = { width: side(8_000), height: side(8_000), components: 3 } as const;
  return [
    webp('very many frames', manyFramesWebp(some(100_000))),
    webp('many frames', manyFramesWebp(some(40_000))),
    jpeg('many scans', manyScansJpeg({ ...scans, scans: some(6_000) })),
    jpeg('CMYK, progressive', manyScansJpeg({ ...scans, components: 4, scans: 12 })),
    avif('flat', await flatAvif(side(9_990), side(9_990))),
    avif('flat, with alpha', await flatAvif(side(8_000), side(8_000), { alpha: true })),
    avif('many items', await manyItemsAvif(some(60_000))),
    avif('nested boxes', await nestedBoxesAvif(some(10_000))),
    png('interlaced, 16 bit, with alpha', await interlacedPng(side(7_000), side(7_000))),
    png('inflating text', inflatingPng('zTXt', some(500 * MIB))),
    png('many chunks', manyChunksPng(some(400_000))),
    gif('many frames', manyFramesGif(some(3_000_000))),
    tiff('many directories', manyDirectoriesTiff(some(400_000))),
    tiff('a loop of directories', loopingTiff(100)),
  ];
}
