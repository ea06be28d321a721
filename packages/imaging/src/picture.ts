import type { SourceFacts, Variant, VariantSet } from '@imagemill/variants';
import type { LimitFunction } from 'p-limit';
import sharp, { type Raw, type Sharp } from 'sharp';
import { toRejection } from './errors.ts';
import { inCompletionOrder } from './in-completion-order.ts';
import type { ImageLimits } from './limits.ts';
import { decodeSize, planRenditions, type RenditionPlan } from './plan.ts';
import { renderVariant, sameBytesKey } from './render-variant.ts';
import { type PictureSummary, summarise } from './summary.ts';

export type { PictureSummary };

export interface RenderedVariant {
  readonly variant: Variant;
  readonly data: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** A source, decoded once; all that is made of it is made from these pixels. */
export interface Picture {
  /**
   * Every rendition of the set, smallest first, each the moment it is done. Who stops early, or aborts, stops the
   * encodes that have not begun.
   *
   * @throws the signal's reason when aborted; RejectedImageError `timeout` or `corrupt`
   */
  render(options?: CallOptions): AsyncIterable<RenderedVariant>;
  summarise(): Promise<PictureSummary>;
}

export interface DecodeContext {
  readonly limits: ImageLimits;
  readonly encodeSlot: LimitFunction;
}

/** Upright sRGB pixels, 8 bits a channel, without metadata. */
export interface Pixels {
  readonly data: Buffer;
  readonly raw: Raw;
}

export async function decodePicture(
  bytes: Uint8Array,
  source: SourceFacts,
  set: VariantSet,
  context: DecodeContext,
): Promise<Picture> {
  const plans = planRenditions(source, set);
  const pixels = await context.encodeSlot(() => decode(bytes, source, plans, context.limits));
  return {
    summarise: () => context.encodeSlot(() => summarise(pixels)),
    render: ({ signal } = {}) => renderAll({ bytes, source, pixels, plans }, context, signal),
  };
}

async function decode(
  bytes: Uint8Array,
  source: SourceFacts,
  plans: readonly RenditionPlan[],
  { pixelsMax, timeoutMs }: ImageLimits,
): Promise<Pixels> {
  const { width, height } = decodeSize(source, plans);
  try {
    const { data, info } = await sharp(bytes, { autoOrient: true, failOn: 'truncated', limitInputPixels: pixelsMax })
      .timeout({ seconds: Math.ceil(timeoutMs / 1000) })
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, raw: { width: info.width, height: info.height, channels: info.channels } };
  } catch (error) {
    throw toRejection(error);
  }
}

interface RenderSubject {
  readonly bytes: Uint8Array;
  readonly source: SourceFacts;
  readonly pixels: Pixels;
  readonly plans: readonly RenditionPlan[];
}

async function* renderAll(
  { bytes, source, pixels, plans }: RenderSubject,
  { limits, encodeSlot }: DecodeContext,
  signal: AbortSignal | undefined,
): AsyncGenerator<RenderedVariant> {
  const abandoned = new AbortController();
  const stop = signal ? AbortSignal.any([signal, abandoned.signal]) : abandoned.signal;
  const open = (plan: RenditionPlan) => openFor(plan, source, bytes, pixels, limits);
  const encodes = groupBy(plans, (plan) => sameBytesKey(plan, source)).map((alike) =>
    encodeSlot(async () => {
      stop.throwIfAborted();
      const [plan] = alike;
      const data = await renderVariant(open(plan), plan, limits);
      return alike.map(({ variant, width, height }) => ({ variant, data, width, height }));
    }),
  );
  try {
    for await (const alike of inCompletionOrder(encodes)) yield* alike;
  } finally {
    abandoned.abort(new Error('The rendering was abandoned.'));
  }
}

/** Stills are made from the decoded pixels; an animation keeps its frames, so it reads the source itself. */
function openFor(
  { variant }: RenditionPlan,
  source: SourceFacts,
  bytes: Uint8Array,
  pixels: Pixels,
  limits: ImageLimits,
): Sharp {
  return variant.animated && source.frames > 1
    ? sharp(bytes, { animated: true, failOn: 'truncated', limitInputPixels: limits.pixelsMax })
    : sharp(pixels.data, { raw: pixels.raw });
}

type NonEmpty<T> = readonly [T, ...T[]];

function groupBy<T>(items: readonly T[], key: (item: T) => string): NonEmpty<T>[] {
  return [...Map.groupBy(items, key).values()] as [T, ...T[]][];
}
