import type { ImageFormat, Rendition } from '../types.ts';

export interface FriendlyUrlOptions {
  /** By default the best one that the browser's `Accept` header allows. */
  readonly format?: ImageFormat | undefined;
  /** Shows the image's current revision, also after a change, and is cached for a shorter time. */
  readonly current?: boolean | undefined;
  /** The browser saves it as a file of this name. */
  readonly download?: string | undefined;
}

/** `…/images/{xx}/{imageId}/{revision}/{variant}.{ext}` */
const PLANNED = /\/images\/[\da-f]{2}\/([\da-f-]{36})\/([\da-f]+)\/([\w-]+)\.\w+$/;

/**
 * The URL of a rendition's variant by its name, `…/images/{imageId}/{variant}?v={revision}`. The CDN needs an edge. A URL of another form is
 * returned unchanged.
 */
export function friendlyUrl({ url }: Pick<Rendition, 'url'>, options: FriendlyUrlOptions = {}): string {
  const { format, current, download } = options;
  const extension = format ? `.${format === 'jpeg' ? 'jpg' : format}` : '';
  return url.replace(PLANNED, (_planned, imageId, revision, variant) => {
    const query = new URLSearchParams({
      ...(!current && { v: revision }),
      ...(download !== undefined && { download }),
    });
    return `/images/${imageId}/${variant}${extension}${query.size > 0 ? `?${query}` : ''}`;
  });
}

/** Whether a rendition has a friendly URL: one of a private image has none, because its URL is signed. */
export const hasFriendlyUrl = ({ url }: Pick<Rendition, 'url'>): boolean => PLANNED.test(url);

/** The widest support first. */
export const fallbackFormats: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'avif'];

/** One friendly URL for each width, of the variant with the most widely supported format. @param renditions the smallest first */
export function negotiated(renditions: readonly Rendition[]): Rendition[] {
  const byWidth = new Map<number, Rendition>();
  for (const format of fallbackFormats) {
    for (const each of renditions) {
      if (each.format === format && !byWidth.has(each.width))
        byWidth.set(each.width, { ...each, url: friendlyUrl(each) });
    }
  }
  return [...byWidth.values()].sort((a, b) => a.width - b.width);
}
