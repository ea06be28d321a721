import sharp, { type Sharp } from 'sharp';
import { fetchPhotographs } from '../frontier/fetch-photographs.ts';
import type { PhotographPackage } from '../frontier/photographs.ts';

/** A photograph, or a quarter of one, as upright pixels. */
export interface Photo {
  readonly name: string;
  readonly open: () => Sharp;
  readonly width: number;
  readonly height: number;
}

const SIDE_PX = 1200;

/** Photographs without conditions of use, and their quarters: five pictures of each. */
export async function labelledPhotographs(
  packages: readonly PhotographPackage[],
  { quick }: { quick: boolean },
): Promise<Photo[]> {
  const photographs = await fetchPhotographs(packages);
  const chosen = quick ? photographs.slice(0, 3) : photographs;
  const photos = await Promise.all(
    chosen.map(async ({ name, bytes }) => {
      const scaled = sharp(bytes).resize(SIDE_PX, SIDE_PX, { fit: 'inside', withoutEnlargement: true });
      const whole = await photo(name, scaled.flatten({ background: '#ffffff' }));
      return [whole, ...(await Promise.all(quarters(whole)))];
    }),
  );
  return photos.flat();
}

async function photo(name: string, image: Sharp): Promise<Photo> {
  const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { name, open: () => sharp(data, { raw: info }), width: info.width, height: info.height };
}

function quarters(whole: Photo): Promise<Photo>[] {
  const [width, height] = [whole.width >> 1, whole.height >> 1];
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ] as const;
  return corners.map(([left, top]) =>
    photo(`${whole.name}-${left}-${top}`, whole.open().extract({ left, top, width, height })),
  );
}
