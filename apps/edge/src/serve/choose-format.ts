import { type Format, formatMediaTypes } from '@imagemill/variants';
import { parseAccept } from 'hono/utils/accept';

/** Of equal weight, the smaller file wins: browsers name avif and webp in any order. */
const modern: readonly Format[] = ['avif', 'webp'];
/** Any client can show the first ones. */
const fallbacks: readonly Format[] = ['jpeg', 'png', 'webp', 'avif'];

/**
 * The format that an Accept header prefers, by its weights: RFC 9110, section 12.5.1. Wildcards do not include avif and webp: browsers that
 * show these name them, and clients of any age send wildcards. If nothing is acceptable, the most compatible format is sent: a page
 * with a picture is better than one without.
 *
 * @param offered at least one format
 */
export function chooseFormat(accept: string | undefined, offered: readonly Format[]): Format {
  const ranges = parseAccept(accept ?? '*/*');
  const weightOf = (type: string) => ranges.find((range) => range.type.toLowerCase() === type)?.q;
  const weigh = (format: Format) => {
    const named = weightOf(formatMediaTypes[format]);
    if (named !== undefined || modern.includes(format)) return named ?? 0;
    return weightOf('image/*') ?? weightOf('*/*') ?? 0;
  };
  const inOrder = [...modern, ...fallbacks].filter((format) => offered.includes(format));
  const best = inOrder.reduce((chosen, format) => (weigh(format) > weigh(chosen) ? format : chosen));
  if (weigh(best) > 0) return best;
  return fallbacks.find((format) => offered.includes(format)) ?? best;
}
