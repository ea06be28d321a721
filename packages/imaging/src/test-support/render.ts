import { VariantSet } from '@imagemill/variants';
import sharp, { type Metadata } from 'sharp';
import { createImagingEngine, type EngineOptions } from '../engine.ts';
import type { ImagingEngine, RenderedVariant } from '../index.ts';
import type { Rgb } from './pictures.ts';

/** A variant as an operator writes it, with defaults for fields that are irrelevant to a test. */
export interface Entry {
  readonly name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly [field: string]: unknown;
}

const hasEffort = ({ format }: Entry) => format === 'avif' || format === 'webp';

/** Variants at the lowest effort of their encoders, which needs a fraction of the CPU. A test of efforts gives its own. */
export const variantSet = (...entries: Entry[]): VariantSet =>
  VariantSet.parse(
    entries.map((entry, index) => ({
      name: `v${index}`,
      width: 64,
      height: 64,
      fit: 'inside',
      format: 'png',
      quality: 80,
      ...(hasEffort(entry) && { effort: 0 }),
      ...entry,
    })),
  );

/** The same variants at the lowest effort. */
export const atLowestEffort = (set: VariantSet): VariantSet =>
  set.map((variant) => (hasEffort(variant) ? { ...variant, effort: 0 } : variant));

/** An engine blocks loaders for its whole process: concurrent tests share one. */
export type Engine = EngineOptions | ImagingEngine;
export const engineOf = async (engine: Engine = {}): Promise<ImagingEngine> =>
  'decode' in engine ? engine : createImagingEngine(engine);

export async function renderSet(bytes: Uint8Array, set: VariantSet, options?: Engine) {
  const engine = await engineOf(options);
  const picture = await engine.decode(bytes, await engine.inspect(bytes), set);
  const made: RenderedVariant[] = [];
  for await (const rendered of picture.render()) made.push(rendered);
  return made;
}

export async function renderOne(bytes: Uint8Array, entry: Entry = {}, options?: Engine) {
  const [made] = await renderSet(bytes, variantSet(entry), options);
  if (!made) throw new Error('The engine rendered nothing.');
  return made;
}

export const metadataOf = (data: Uint8Array): Promise<Metadata> => sharp(data, { animated: true }).metadata();

/** Reads single pixels of an encoded picture; frames of an animation are stacked vertically. */
export async function pixelReader(encoded: Uint8Array) {
  const { data, info } = await sharp(encoded, { animated: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number[] => {
    const start = (y * info.width + x) * info.channels;
    return [...data.subarray(start, start + info.channels)];
  };
  return {
    width: info.width,
    height: info.height,
    rgb: (x: number, y: number): Rgb => {
      const [red = 0, green = 0, blue = 0] = at(x, y);
      return [red, green, blue];
    },
    alpha: (x: number, y: number): number => at(x, y)[3] ?? 255,
  };
}
