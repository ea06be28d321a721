import {
  type Decided,
  type Enhance,
  type EntryName,
  type Focus,
  type FocusChoice,
  keepsAnimation,
  type SourceFacts,
  selectEntries,
  type Variant,
  type VariantSet,
} from '@imagemill/variants';
import sharp from 'sharp';
import type { BackedPlan } from './backdrop.ts';
import { p3Image } from './colour/display-p3.ts';
import { encodeCost } from './cost/features.ts';
import { decodeLayers, type Layers } from './decode-layers.ts';
import type { Detector } from './detector.ts';
import { encodeOrder } from './encode-order.ts';
import { createFrames, type Frames, frameKey, shapeCost } from './frames.ts';
import { decodeGainMap, type GainMap } from './gain-map/decode-gain-map.ts';
import { encodeGainMap } from './gain-map/encode-gain-map.ts';
import { containerXmp, ultraHdrJpeg } from './gain-map/ultra-hdr-jpeg.ts';
import { withoutHiddenColours } from './hidden-colours.ts';
import { inCompletionOrder } from './in-completion-order.ts';
import type { Layer } from './layer.ts';
import type { ImageLimits } from './limits.ts';
import { keptMarks, readMarks, withMarks } from './marks/kept-marks.ts';
import type { Marks } from './marks/marks.ts';
import { createPixelMemory } from './pixel-memory.ts';
import { encodeFrame, encoderOptions, renderAnimation } from './render-variant.ts';
import type { Slot } from './slot.ts';
import { type DecodableSource, decodableSource } from './source/readable-source.ts';
import { type PictureSummary, summarise } from './summary.ts';
import type { Watermarks } from './watermark/placed-mark.ts';

export type { PictureSummary };

export interface RenderedVariant {
  readonly variant: Variant;
  readonly data: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Time of the encode in its slot; absent if an entry with the same bytes has it. */
  readonly encodeMs?: number | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface DecodeOptions extends CallOptions {
  /**
   * The entries to encode; all entries of the set if not given. The decoded size and the frames that others are derived from are
   * those of the whole set: an entry has the same bytes whichever entries are encoded with it.
   */
  readonly only?: readonly EntryName[] | undefined;
  /** As the seller gave it, for entries with the position `focus`, and for those with `face`. */
  readonly focus?: Focus | undefined;
  /** As the image's manifest has it, for entries with the position `face`. Without it, it is chosen by the pixels. */
  readonly chosenFocus?: FocusChoice | undefined;
  /** What is done to the decoded pixels, before renditions are made from them. Animations are made as they were uploaded. */
  readonly enhance?: Enhance | undefined;
  /**
   * Whether an earlier try has found out that the image is heavy, although it is not predicted to be: a pool then runs it as a heavy one from the beginning.
   */
  readonly isHeavy?: boolean | undefined;
  /**
   * A pool calls it before an image waits as a heavy one, which may take long: at once if it is predicted to be heavy, or before its second try
   * if it needs more memory or CPU than predicted. What it throws ends the picture.
   */
  readonly onHeavy?: (() => void) | undefined;
}

/** A decoded source. Everything is made from these pixels. */
export interface Picture {
  readonly decided: Decided;
  /**
   * Yields every wanted rendition as soon as it is encoded: the smallest starts first, beside the longest; call it once. Closing the
   * iterator, or an abort, ends the picture: no further encode starts, and a pool stops the running ones. An abort is thrown at once.
   *
   * @throws the signal's reason when aborted; RejectedImageError `corrupt`, from a pool also those of `createEnginePool`
   */
  render(options?: CallOptions): AsyncIterable<RenderedVariant>;
  /** Call it before the rendering is over, which ends the picture. It takes a slot after the encodes that are already waiting. */
  summarise(options?: CallOptions): Promise<PictureSummary>;
  /** Frees the pixels, and in a pool the process that holds them. */
  close(): void;
}

export interface DecodeContext {
  readonly limits: ImageLimits;
  readonly encodeSlot: Slot;
  readonly watermarks: Watermarks;
  readonly detector: Detector | undefined;
  /** Slots that this picture can have at the same time. */
  readonly slots: number;
}

export async function decodePicture(
  bytes: Uint8Array,
  source: SourceFacts,
  set: VariantSet,
  context: DecodeContext,
  { only, focus, chosenFocus, enhance, signal }: DecodeOptions = {},
): Promise<Picture> {
  const wanted = new Set(selectEntries(set, only));
  const isStill = !set.some(({ animated }) => animated);
  const decodable = decodableSource(bytes, context.limits, { isStill });
  const marks = await readMarks(decodable.bytes, source, set);
  const { layers, gainMap } = await context.encodeSlot(async () => {
    // It may have been queued for long, behind the encodes of other pictures.
    signal?.throwIfAborted();
    // While faces are looked for, its slot stays taken: the detector uses the core.
    const layers = await decodeLayers(decodable, source, set, { ...context, focus, chosenFocus, enhance });
    const plans = layers.all.flatMap((layer) => layer.plans).filter(keepsGainMap);
    return { layers, gainMap: await decodeGainMap(bytes, source, plans, context.limits) };
  });
  signal?.throwIfAborted();
  const memory = createPixelMemory(context.encodeSlot, [layers.decoded, ...layers.all.map(({ pixels }) => pixels)]);
  const own = { ...context, encodeSlot: memory.slot };
  return {
    decided: layers.decided,
    summarise: () => memory.slot(() => summarise(layers.decoded)),
    close: memory.close,
    render: ({ signal } = {}) => renderAll({ decodable, source, marks, layers, gainMap, wanted }, own, signal),
  };
}

interface RenderSubject {
  readonly decodable: DecodableSource;
  readonly source: SourceFacts;
  readonly marks: Marks;
  readonly layers: Layers;
  readonly gainMap: GainMap | undefined;
  readonly wanted: ReadonlySet<Variant>;
}

async function* renderAll(
  subject: RenderSubject,
  { limits, encodeSlot, slots }: DecodeContext,
  signal: AbortSignal | undefined,
): AsyncGenerator<RenderedVariant> {
  const abandoned = new AbortController();
  const stop = signal ? AbortSignal.any([signal, abandoned.signal]) : abandoned.signal;
  const wanted = subject.layers.all.flatMap((layer) => toEncode(layer, subject));
  const encodes = encodeOrder(wanted, slots).map(({ alike, layer, frames }) =>
    encodeSlot(async () => {
      stop.throwIfAborted();
      const startedAt = performance.now();
      const data = await encode(firstOf(alike), subject, { layer, frames }, limits);
      const encodeMs = performance.now() - startedAt;
      return alike
        .filter(({ variant }) => subject.wanted.has(variant))
        .map(({ variant, width, height }, index) => ({
          variant,
          data,
          width,
          height,
          ...(index === 0 && { encodeMs }),
        }));
    }),
  );
  try {
    for await (const alike of inCompletionOrder(encodes, stop)) {
      signal?.throwIfAborted();
      yield* alike;
    }
  } finally {
    abandoned.abort(new Error('The rendering was abandoned.'));
  }
}

interface Encode {
  /** Plans with the same bytes. */
  readonly alike: NonEmpty<BackedPlan>;
  readonly layer: Layer;
  readonly frames: Frames;
  readonly pixels: number;
  readonly cost: number;
}

/** The files of a layer that are wanted. */
function toEncode(layer: Layer, subject: RenderSubject): Encode[] {
  const { source, wanted } = subject;
  const firsts = groupBy(layer.plans, (plan) => sameBytesKey(plan, layer, subject));
  const encoded = firsts.filter((alike) => alike.some(({ variant }) => wanted.has(variant)));
  const frames = createFrames(layer.pixels, firsts.map(firstOf), encoded.map(firstOf));
  return encoded.map((alike) => {
    const [plan] = alike;
    const cost = encodeCost(plan, source) + shapeCost(plan, layer.pixels.raw);
    return { alike, layer, frames, pixels: plan.width * plan.height, cost };
  });
}

async function encode(
  plan: BackedPlan,
  { decodable, source, marks, gainMap }: RenderSubject,
  { layer, frames }: Pick<Encode, 'layer' | 'frames'>,
  limits: ImageLimits,
): Promise<Uint8Array> {
  const kept = keptMarks(plan.variant, marks);
  if (keepsAnimation(plan.variant, source)) {
    const { bytes, failOn } = decodable;
    // The decoded pixels contain only the first frame: an animation is made directly from the source.
    const image = sharp(bytes, { pages: source.frames, failOn, limitInputPixels: limits.pixelsMax });
    return renderAnimation(withMarks(image, kept), plan);
  }
  const shaped = await frames.of(plan);
  // Hidden colours waste bytes in a lossless format; in a lossy one, they protect the colours of neighbouring pixels.
  const pixels = plan.variant.format === 'png' ? withoutHiddenColours(shaped) : shaped;
  const image = layer.colour === 'p3' ? await p3Image(pixels) : sharp(pixels.data, { raw: pixels.raw });
  const map = gainMap && keepsGainMap(plan) ? await encodeGainMap(gainMap, plan) : undefined;
  const frame = withMarks(image, kept, map && containerXmp(map.length));
  const file = await encodeFrame(frame, pixels, plan).finally(() => frames.release(plan));
  return map ? ultraHdrJpeg(file, map) : file;
}

const keepsGainMap = ({ variant }: BackedPlan) => variant.hdr === 'gain-map';

/** Plans of a layer with the same key have the same bytes; this is common for small sources. */
function sameBytesKey(
  plan: BackedPlan,
  { pixels }: Layer,
  { source, marks, gainMap }: Pick<RenderSubject, 'source' | 'marks' | 'gainMap'>,
): string {
  const { format } = plan.variant;
  const showsBackground = format === 'jpeg' && pixels.raw.channels === 4;
  return JSON.stringify([
    frameKey(plan),
    format,
    encoderOptions(plan),
    keepsAnimation(plan.variant, source),
    showsBackground && plan.backdrop,
    keptMarks(plan.variant, marks),
    gainMap !== undefined && keepsGainMap(plan),
  ]);
}

type NonEmpty<T> = readonly [T, ...T[]];

const firstOf = <T>([first]: NonEmpty<T>): T => first;

function groupBy<T>(items: readonly T[], key: (item: T) => string): NonEmpty<T>[] {
  return [...Map.groupBy(items, key).values()] as [T, ...T[]][];
}
