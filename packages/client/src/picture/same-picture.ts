import type { Image, Rendition } from '../types.ts';

type Pictured = Pick<Image, 'renditions' | 'source'>;
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Which renditions of an image to show. */
export interface RenditionChoice {
  /** Prefix of the variants' names, such as `round-`; by default the variants without a hyphen. */
  readonly prefix?: string | undefined;
  /** These variants, and no others. */
  readonly variants?: readonly string[] | undefined;
}

/**
 * The renditions that show the same picture in different sizes, the smallest first. A browser may pick any entry of a srcset,
 * so a square crop must not appear beside the whole photograph. Keeps the renditions with the source's aspect ratio. If there
 * are none, as for an avatar, keeps those with the aspect ratio of the largest one.
 */
export function samePicture({ renditions, source }: Pictured, { prefix, variants }: RenditionChoice = {}): Rendition[] {
  const chosen = renditions.filter(({ variant }) =>
    variants ? variants.includes(variant) : familyOf(variant) === (prefix ?? ''),
  );
  const bySize = chosen.sort((a, b) => a.width - b.width || a.height - b.height);
  const largest = bySize.at(-1);
  const whole = source ? bySize.filter((rendition) => isSameShape(rendition, source)) : [];
  const same = whole.length > 0 || !largest ? whole : bySize.filter((rendition) => isSameShape(rendition, largest));
  return oneOfEachWidth(same);
}

/** `round-small` belongs to the family `round-`, and `small` to the one without a prefix. */
const familyOf = (variant: string) => variant.slice(0, variant.lastIndexOf('-') + 1);

/** Whether the aspect ratios are equal, apart from the rounding of a side to whole pixels. */
const isSameShape = (a: Size, b: Size) =>
  Math.abs(a.height - (a.width * b.height) / b.width) < 1 || Math.abs(a.width - (a.height * b.width) / b.height) < 1;

/** A source smaller than several boxes has several renditions of its own size. */
function oneOfEachWidth(renditions: readonly Rendition[]): Rendition[] {
  const seen = new Set<string>();
  return renditions.filter(({ format, width }) => !seen.has(`${format} ${width}`) && seen.add(`${format} ${width}`));
}
