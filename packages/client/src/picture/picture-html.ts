import type { Image, ImageFormat } from '../types.ts';
import { escapeHtml } from './escape-html.ts';
import { type RenditionChoice, samePicture } from './same-picture.ts';
import { srcsetOf } from './srcset.ts';

type Pictured = Pick<Image, 'renditions' | 'source' | 'dominantColour'>;

export interface PictureOptions extends RenditionChoice {
  /** What the picture shows, for who does not see it; empty for mere decoration. */
  readonly alt: string;
  /** How wide it is shown, as in `(min-width: 60em) 30vw, 100vw`; the whole page's width if not given. */
  readonly sizes?: string | undefined;
  /** Of the `img`. */
  readonly className?: string | undefined;
  /** `lazy` if not given; `eager` for what is seen first on a page. */
  readonly loading?: 'lazy' | 'eager' | undefined;
  /** `false` leaves out the colour behind it, which is a style attribute: a strict Content-Security-Policy refuses these. */
  readonly placeholder?: boolean | undefined;
}

const mediaTypes: Record<ImageFormat, string> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
};

/** The best first: a browser takes the first that it knows. */
const modernFormats: readonly ImageFormat[] = ['avif', 'webp'];
/** What every browser and mail program shows. */
const fallbackFormats: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'avif'];

/**
 * A `<picture>` for an image, escaped: avif and webp by real widths, jpeg or png for whoever knows neither, the size that
 * keeps the page from jumping, and the dominant colour until it is there. Empty when nothing is live yet.
 */
export function pictureHtml(image: Pictured, options: PictureOptions): string {
  const { alt, sizes, className, loading = 'lazy', placeholder = true } = options;
  const shown = samePicture(image, options);
  const inFormat = (format: ImageFormat) => shown.filter((rendition) => rendition.format === format);
  const fallback = fallbackFormats.map(inFormat).find((renditions) => renditions.length > 0) ?? [];
  const largest = fallback.at(-1);
  if (!largest) return '';

  const sources = modernFormats
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
