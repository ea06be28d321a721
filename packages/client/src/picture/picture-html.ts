import type { Image, ImageFormat } from '../types.ts';
import { escapeHtml } from './escape-html.ts';
import { fallbackFormats, hasFriendlyUrl, negotiated } from './friendly-url.ts';
import { type RenditionChoice, samePicture } from './same-picture.ts';
import { srcsetOf } from './srcset.ts';

type Pictured = Pick<Image, 'renditions' | 'source' | 'dominantColour'>;

export interface PictureOptions extends RenditionChoice {
  /** Text alternative of the image; empty if it is decorative. */
  readonly alt: string;
  /** Its width on the page, such as `(min-width: 60em) 30vw, 100vw`; the full page width by default. */
  readonly sizes?: string | undefined;
  /** Of the `img`. */
  readonly className?: string | undefined;
  /** `lazy` by default; `eager` for images above the fold. */
  readonly loading?: 'lazy' | 'eager' | undefined;
  /**
   * `auto`: an `img` with friendly URLs, whose format the browser's `Accept` header chooses. The CDN needs an edge. No effect for a private
   * image, which has none.
   */
  readonly format?: 'auto' | undefined;
  /** `false` leaves out the colour behind it, which is a style attribute: a strict Content-Security-Policy refuses these. */
  readonly placeholder?: boolean | undefined;
}

const mediaTypes: Record<ImageFormat, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
};

/** The best first: a browser uses the first supported one. */
const modernFormats: readonly ImageFormat[] = ['avif', 'webp'];

/**
 * A `<picture>` for an image, escaped: avif and webp by real widths, jpeg or png for browsers that support neither, the size
 * that prevents layout shifts, and the dominant colour until it has loaded. Empty if nothing is live yet.
 */
export function pictureHtml(image: Pictured, options: PictureOptions): string {
  const { alt, sizes, className, loading = 'lazy', placeholder = true } = options;
  const shown = samePicture(image, options);
  const isNegotiated = options.format === 'auto' && shown.every(hasFriendlyUrl);
  const inFormat = (format: ImageFormat) => shown.filter((rendition) => rendition.format === format);
  const fallback = isNegotiated
    ? negotiated(shown)
    : (fallbackFormats.map(inFormat).find((renditions) => renditions.length > 0) ?? []);
  const largest = fallback.at(-1);
  if (!largest) return '';

  const sources = (isNegotiated ? [] : modernFormats)
    .filter((format) => format !== largest.format && inFormat(format).length > 0)
    .map((format) => tag('source', { type: mediaTypes[format], srcset: srcsetOf(inFormat(format)), sizes }));
  const img = tag('img', {
    src: largest.url,
    ...(fallback.length > 1 && { srcset: srcsetOf(fallback), sizes }),
    width: String(largest.width),
    height: String(largest.height),
    alt,
    class: className,
    loading,
    decoding: 'async',
    style: placeholder ? colourBehind(image) : undefined,
  });
  return `<picture>${sources.join('')}${img}</picture>`;
}

/** Some 25 bytes, where a blurred preview takes 5,000. None behind what is transparent: it would stay to be seen. */
function colourBehind({ dominantColour = '', source }: Pictured): string | undefined {
  return /^#[\da-f]{6}$/i.test(dominantColour) && !source?.hasAlpha ? `background:${dominantColour}` : undefined;
}

function tag(name: string, attributes: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : ` ${attribute}="${escapeHtml(value)}"`,
  );
  return `<${name}${written.join('')}>`;
}
