import {
  decodeSize,
  type Enhance,
  type EntryName,
  planRenditions,
  type RenditionPlan,
  type SourceFacts,
  selectEntries,
  settingsOfSize,
  type VariantSet,
} from '@imagemill/variants';
import type { Coding } from './coding.ts';

/** Quantities that the cost is a sum of, each with its own coefficient. Missing ones are 0. */
export type Features = Readonly<Partial<Record<string, number>>>;

export interface CostSubject {
  readonly source: SourceFacts;
  readonly coding: Coding;
  readonly set: VariantSet;
  /** The entries that are encoded; all if not given. */
  readonly only?: readonly EntryName[] | undefined;
  readonly enhance?: Enhance | undefined;
}

const THOUSAND = 1e3;
const MILLION = 1e6;
/**
 * Memory per decoded pixel, relative to a pixel that is encoded. Measured: of a photograph of 12 megapixels, decoded to 4.3, the thumb
 * alone takes 38 to 67 MiB.
 */
const DECODED_SHARE = 1 / 3;
/** The same of an enhanced copy of the decoded pixels. */
const ENHANCED_SHARE = 1 / 3;

/** CPU: millions of samples to decode by kind of decoder, and of pixels to convert and to encode. */
export function cpuFeatures(subject: CostSubject): Features {
  const { source, coding } = subject;
  const plans = planRenditions(source, subject.set);
  const layers = layersOf(subject);
  const encoded = encodedPlans(subject, plans);
  const pixels = sourcePixels(subject);
  const decoded = decodedPixels(subject, plans);
  const encoding = (format: 'lossy' | 'png') =>
    sum(
      encoded
        .filter(({ variant }) => (variant.format === 'png') === (format === 'png'))
        .map((plan) => encodeCost(plan, source)),
    );
  return {
    image: 1,
    [`decode ${decoderOf(subject)}`]:
      (isConverted(source) ? 1 : layers) *
      pixels *
      samplesPerPixel(subject) *
      (source.format === 'png' ? coding.bytesPerChannel : 1),
    metadata: coding.metadataBytes / MILLION,
    strips: coding.strips / THOUSAND,
    // The first scan is part of the decode.
    'decode scans': layers * pixels * Math.max(0, coding.scans - 1),
    ...(coding.isConverted && { convert: layers * decoded }),
    ...(source.colourSpace === 'cmyk' && { 'convert cmyk': decoded }),
    ...(source.hasAlpha && { 'encode alpha': sum(encoded.map((plan) => encodedPixels(plan, source))) }),
    encode: encoding('lossy') + (subject.enhance ? SHARPENING_FACTOR * layers * decoded : 0),
    'encode png': encoding('png'),
  };
}

/** Memory, in millions of bytes: what decoders hold of the whole source, and what is held of the renditions. */
export function memoryFeatures(subject: CostSubject): Features {
  const { source, coding } = subject;
  const plans = planRenditions(source, subject.set);
  // The largest ones run at the same time. A single small one still needs the decoded pixels and the frames in between.
  const running = sum(
    encodedPlans(subject, plans)
      .slice(-2)
      .map((plan) => encodedPixels(plan, source)),
  );
  const decoded = decodedPixels(subject, plans);
  const enhanced = subject.enhance ? ENHANCED_SHARE * layersOf(subject) * decoded : 0;
  const encodes = Math.max(running, DECODED_SHARE * decoded) + enhanced;
  return {
    image: 1,
    ...heldOf(subject),
    file: source.bytes / MILLION,
    metadata: coding.metadataBytes / MILLION,
    ...(coding.isConverted && { converted: decoded * 4 }),
    encodes,
    ...(source.hasAlpha && { 'encodes alpha': encodes }),
  };
}

/** Of the wanted entries, smallest first. */
function encodedPlans({ set, only }: CostSubject, plans: readonly RenditionPlan[]): readonly RenditionPlan[] {
  const wanted = new Set(selectEntries(set, only));
  return plans.filter(({ variant }) => wanted.has(variant));
}

/** Whether it is decoded by another library than libvips, once: `decode-layers.ts`. */
const isConverted = ({ format }: Pick<SourceFacts, 'format'>) =>
  format === 'heic' || format === 'bmp' || format === 'jxl';

/** How often the source is decoded, or the decoded pixels of such a file are converted: `decode-layers.ts`. */
const layersOf = ({ coding, set }: CostSubject) =>
  coding.isWideGamut && set.some(({ colour }) => colour === 'p3') ? 2 : 1;

const decoders: Readonly<Record<string, string>> = { jpeg: 'progressive jpeg', png: 'interlaced png' };

function decoderOf({ source: { format }, coding }: CostSubject): string {
  if (isConverted({ format })) return format;
  if (coding.isProgressive) return decoders[format] ?? format;
  // Of tiles, a few at a time are held.
  return coding.tiles > 0 ? `${format} tiles` : format;
}

function samplesPerPixel({ source: { format }, coding: { channels, isSubsampled } }: CostSubject): number {
  if (format === 'jpeg' && isSubsampled) return 1 + (channels - 1) / 4;
  // An alpha channel is decoded after the colours, and needs no more memory.
  if (format === 'avif') return Math.min(3, channels);
  // Their decoders hold the whole picture, in 8 bits or in 16.
  if (isConverted({ format })) return 1;
  // libvips has the frames of these as RGBA, whatever the file has.
  return format === 'gif' || format === 'webp' ? 4 : channels;
}

/** libjpeg holds coefficients of 16 bits. */
const sampleBytes = ({ source: { format }, coding: { bytesPerChannel } }: CostSubject) =>
  format === 'jpeg' ? 2 : bytesPerChannel;

/** Of all frames that are decoded. */
const sourcePixels = (subject: CostSubject) =>
  Math.max(shownPixels(subject), (subject.coding.codedPixels?.all ?? 0) / MILLION);

const shownPixels = ({ source, set }: CostSubject) =>
  (source.width * source.height * (set.some(({ animated }) => animated) ? source.frames : 1)) / MILLION;

/** What a decoder holds of the source: the whole of its largest frame, or what it draws small ones on, with half of the memory per pixel. */
function heldOf(subject: CostSubject): Features {
  const { largest, canvas } = subject.coding.codedPixels ?? { largest: 0, canvas: 0 };
  const whole = Math.max(shownPixels(subject), canvas / MILLION);
  const frame = largest / MILLION;
  const isFrame = frame > whole / 2;
  const pixels = isFrame ? frame : whole;
  const decoder = isFrame ? subject.source.format : decoderOf(subject);
  return { [`hold ${decoder}`]: pixels * samplesPerPixel(subject) * sampleBytes(subject) };
}

function decodedPixels({ source, enhance }: CostSubject, plans: readonly RenditionPlan[]): number {
  const { width, height } = decodeSize(plans, enhance && source);
  return (width * height) / MILLION;
}

/** CPU of a rendition, relative to a megapixel of avif with effort 1. */
export const encodeCost = (plan: RenditionPlan, source: Pick<SourceFacts, 'frames'>): number =>
  (encoderFactor(plan) + sharpeningFactor(plan) + blurFactor(plan) + gainMapFactor(plan)) * encodedPixels(plan, source);

const encodedPixels = ({ width, height, variant }: RenditionPlan, { frames }: Pick<SourceFacts, 'frames'>) =>
  (width * height * (variant.animated ? frames : 1)) / MILLION;

/** CPU of an encode by effort, relative to an avif of effort 1: `pnpm bench effort` and `pnpm bench frontier`. */
const encoderFactors = {
  avif: [0.3, 1, 1.7, 3, 13],
  webp: [0.12, 0.15, 0.19, 0.31, 0.4, 0.47, 1],
  jpeg: [0.28],
  png: [1],
} as const;

/** CPU of an avif of 10 bits, relative to 8. */
const DEEP_FACTOR = 1.35;

/** CPU of an unsharp mask: 78 ms per megapixel, where an avif of effort 1 takes 178. */
const SHARPENING_FACTOR = 0.45;
const sharpeningFactor = ({ sharpens }: RenditionPlan) => (sharpens ? SHARPENING_FACTOR : 0);

/** CPU of an enlarged copy of the picture: 45 ms per megapixel. */
const blurFactor = ({ variant }: RenditionPlan) => (variant.background === 'blur' ? 0.25 : 0);

/** CPU of the gain map of a rendition: 22 ms per megapixel. */
const gainMapFactor = ({ variant }: RenditionPlan) => (variant.hdr === 'gain-map' ? 0.13 : 0);

function encoderFactor(plan: RenditionPlan): number {
  const { effort = 0, bitdepth = 8 } = settingsOfSize(plan.variant, plan);
  return (encoderFactors[plan.variant.format][effort] ?? 1) * (bitdepth > 8 ? DEEP_FACTOR : 1);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
