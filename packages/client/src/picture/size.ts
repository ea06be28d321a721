import type { ImageFormat } from '../types.ts';

/** Any size of an image. A size above the original's gives the original's. */
export interface Size {
  /** Width and height of the box in CSS pixels, 1 to 16,383; one of them is enough. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** `inside` takes one side or both; the others take both. By default `cover` if both sides are given, else `inside`. */
  readonly fit?: 'cover' | 'contain' | 'fill' | 'inside' | 'outside' | undefined;
  /** By default `auto`: the best format that the browser accepts. */
  readonly format?: ImageFormat | 'auto' | undefined;
  /** 1 to 100; by default that of the format. */
  readonly quality?: number | undefined;
  /** Device pixels per CSS pixel. */
  readonly pixelRatio?: 1 | 1.5 | 2 | 3 | undefined;
  /** The part that `cover` keeps. */
  readonly focus?: 'centre' | 'attention' | 'entropy' | undefined;
  /** Of `contain`, as #rrggbb in lower case; `auto` is the colour of the picture's own border, `blur` a blurred copy of the picture. By default white. */
  readonly background?: `#${string}` | 'transparent' | 'auto' | 'blur' | undefined;
}

/** The parameters of a size in a URL, in the order in which they are signed. */
export const sizeParameters = (size: Size): Readonly<Record<string, string | number | undefined>> => {
  const { width: w, height: h, fit, format: f, quality: q, pixelRatio: dpr, focus } = size;
  return { w, h, fit, f, q, dpr, focus, bg: size.background?.replace('#', '') };
};
