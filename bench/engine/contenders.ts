import type { ImagingEngine } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import {
  type EncodedSize,
  encoderSettings,
  planRenditions,
  settingsOfSize,
  type Variant,
  VariantSet,
  variantSets,
} from '@imagemill/variants';
import sharp, { type Sharp } from 'sharp';

/** The set of most tutorials: five webp and one jpeg, with the same encoder settings for every contender. */
export const tutorialSet = VariantSet.parse([
  { name: 'thumb', width: 150, height: 150, fit: 'cover', format: 'webp', quality: 80, effort: 4 },
  { name: 'small', width: 300, height: 300, fit: 'inside', format: 'webp', quality: 80, effort: 4 },
  { name: 'medium', width: 600, height: 600, fit: 'inside', format: 'webp', quality: 80, effort: 4 },
  { name: 'large', width: 1200, height: 1200, fit: 'inside', format: 'webp', quality: 80, effort: 4 },
  { name: 'retina', width: 2400, height: 2400, fit: 'inside', format: 'webp', quality: 80, effort: 4 },
  { name: 'og', width: 1200, height: 630, fit: 'cover', format: 'jpeg', quality: 80 },
]);

const productSet = variantSets().get('product') ?? [];

/** Makes a source's renditions, and returns their total bytes. */
type Contender = (bytes: Buffer) => Promise<number>;

const ours = async (bytes: Buffer, set: VariantSet) => renderAll(await createImagingEngine(), bytes, set);

/** @returns the total bytes of the renditions */
export async function renderAll(engine: ImagingEngine, bytes: Buffer, set: VariantSet): Promise<number> {
  const source = await engine.inspect(bytes);
  const picture = await engine.decode(bytes, source, set);
  let total = 0;
  for await (const { data } of picture.render()) total += data.byteLength;
  return total;
}

/** Encodes with the settings of our engine and the variant, for a rendition of this size. */
export function encodeLike(image: Sharp, variant: Variant, size: EncodedSize): Sharp {
  const { format, quality } = variant;
  const ofSize = settingsOfSize(variant, size);
  if (format === 'avif') return image.avif({ ...encoderSettings.avif, quality, ...ofSize });
  if (format === 'webp') return image.webp({ ...encoderSettings.webp, quality, ...ofSize });
  if (format === 'png') return image.png({ ...encoderSettings.png });
  return image.jpeg({ ...encoderSettings.jpeg, quality });
}

/** With the efforts of the entries, and mozjpeg as sharp sets it up: our engine leaves out its search for the best scans. */
const usualEncode = (image: Sharp, variant: Variant): Sharp =>
  variant.format === 'jpeg'
    ? image.jpeg({ quality: variant.quality, mozjpeg: true })
    : encodeLike(image, variant, { ...variant, shareOfSource: 1 });

/** The name of the contender that makes the largest of the tutorial's six alone. */
export const LONGEST = 'ours, longest alone';

export const contenders: Record<string, Contender> = {
  /** One decode to the largest size, and each encode from pixels of its exact size: the minimum for any engine. */
  floor: async (bytes) => {
    sharp.cache(false);
    sharp.concurrency(1);
    const { width = 0, height = 0 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    const plans = planRenditions({ width, height }, tutorialSet);
    const pixels = await sharp(bytes, { limitInputPixels: false })
      .resize(2400, 2400, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const sizes = await Promise.all(
      plans.map(async (plan) => {
        const image = sharp(pixels.data, { raw: pixels.info });
        const fit = plan.variant.fit === 'cover' ? 'cover' : 'fill';
        return (await encodeLike(image.resize(plan.width, plan.height, { fit }), plan.variant, plan).toBuffer())
          .byteLength;
      }),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  },

  ours: (bytes) => ours(bytes, tutorialSet),

  /** The part of ours that cannot run in parallel: the decode and the longest encode. */
  [LONGEST]: async (bytes) => {
    const engine = await createImagingEngine();
    const only = [{ name: 'retina', format: 'webp' } as const];
    const picture = await engine.decode(bytes, await engine.inspect(bytes), tutorialSet, { only });
    const [made] = await Array.fromAsync(picture.render());
    return made?.data.byteLength ?? 0;
  },

  /** As in most code bases: one `sharp(source)` per variant, all in parallel, after reading the metadata. */
  tutorial: async (bytes) => {
    sharp.cache(false);
    sharp.concurrency(1);
    const sizes = await Promise.all(
      tutorialSet.map(async (variant) => {
        const image = sharp(bytes, { limitInputPixels: false });
        await image.metadata();
        const { width, height, fit } = variant;
        const resized = image.rotate().resize(width, height, { fit, withoutEnlargement: true });
        return (await usualEncode(resized, variant).toBuffer()).byteLength;
      }),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  },

  /** Our complete default product set, including avif. */
  'ours, full set': (bytes) => ours(bytes, productSet),
};
