import { type Format, formatMediaTypes } from '@imagemill/variants';
import { parseAccept } from 'hono/utils/accept';

/** The smallest file first: browsers name avif and webp in any order. */
const byBytes: readonly Format[] = ['avif', 'webp', 'jpeg', 'png'];
/** Formats that the most clients can show come first. */
const bySupport: readonly Format[] = ['jpeg', 'png', 'webp', 'avif'];
/** Every client that shows images can show these: for them, a wildcard such as `image/*` counts. */
const universal: readonly Format[] = ['jpeg', 'png'];

/**
 * The format for an `Accept` header (RFC 9110, section 12.5.1), always an offered one:
 *
 * 1. The one with the highest q, the smallest file first among equals. avif and webp take part only if they are named: browsers that
 *    show these name them, and clients of any age send wildcards.
 * 2. If none takes part, the one that the most clients can show, of those without q=0. An `<img>` must not get a 406.
 *
 * @param offered at least one format
 */
export function chooseFormat(accept: string | undefined, offered: readonly Format[]): Format {
  const qualityOf = qualities(accept);
  const acceptable = inOrder(byBytes, offered)
    .map((format) => ({ format, ...qualityOf(format) }))
    .filter(({ format, q, isNamed }) => q > 0 && (isNamed || universal.includes(format)))
    .sort((a, b) => b.q - a.q);
  const [best] = acceptable;
  if (best) return best.format;
  const shown = inOrder(bySupport, offered);
  const isRefused = (format: Format) => qualityOf(format).isNamed && qualityOf(format).q === 0;
  const format = shown.find((each) => !isRefused(each)) ?? shown[0];
  if (!format) throw new Error('A variant has at least one format.');
  return format;
}

const inOrder = (order: readonly Format[], formats: readonly Format[]) =>
  order.filter((format) => formats.includes(format));

/** By the most specific range that matches: the type itself, then `image/*`, then any type. Without a header, any type. */
function qualities(accept: string | undefined) {
  const ranges = new Map<string, number>();
  for (const { type, q } of accept?.trim() ? parseAccept(accept) : [{ type: '*/*', q: 1 }]) {
    const range = type.toLowerCase();
    ranges.set(range, Math.max(q, ranges.get(range) ?? 0));
  }
  return (format: Format) => {
    const named = ranges.get(formatMediaTypes[format]);
    const q = named ?? ranges.get('image/*') ?? ranges.get('*/*') ?? 0;
    return { q, isNamed: named !== undefined };
  };
}
