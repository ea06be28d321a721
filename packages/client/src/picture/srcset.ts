import type { Image, ImageFormat, Rendition } from '../types.ts';
import { negotiated } from './friendly-url.ts';
import { type RenditionChoice, samePicture } from './same-picture.ts';

export interface SrcsetOptions extends RenditionChoice {
  /** `auto`: friendly URLs, whose format the browser's `Accept` header chooses. The CDN needs an edge. */
  readonly format: ImageFormat | 'auto';
}

/** The value of a `srcset` with the renditions' real widths: `https://…/small.avif 225w, …`. Empty when there are none. Not escaped. */
export function srcset(image: Pick<Image, 'renditions' | 'source'>, { format, ...choice }: SrcsetOptions): string {
  const shown = samePicture(image, choice);
  return srcsetOf(format === 'auto' ? negotiated(shown) : shown.filter((rendition) => rendition.format === format));
}

export const srcsetOf = (renditions: readonly Rendition[]): string =>
  renditions.map(({ url, width }) => `${candidateUrl(url)} ${width}w`).join(', ');

/** A space ends a URL within a srcset, and a comma may: https://html.spec.whatwg.org/multipage/images.html#srcset-attribute */
const candidateUrl = (url: string) => url.replaceAll(' ', '%20').replaceAll(',', '%2C');
