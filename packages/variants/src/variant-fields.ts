import { z } from 'zod';
import { Watermark } from './watermark/watermark.ts';

export const Format = z.enum(['avif', 'webp', 'jpeg', 'png']);
export type Format = z.infer<typeof Format>;

/**
 * How a source and a box become a rendition; none enlarges. The box's aspect ratio: `cover` crops, `contain` pads, `fill` distorts.
 * The source's: `inside` is at most as large as the box, `outside` at least.
 */
export const Fit = z.enum(['inside', 'cover', 'contain', 'fill', 'outside']);
export type Fit = z.infer<typeof Fit>;

export const Shape = z.enum(['rectangle', 'circle']);
export type Shape = z.infer<typeof Shape>;

/**
 * The part of the source that a `cover` variant keeps: the centre, the salient or detailed part, found by libvips, the part around
 * the image's own focus, which is the centre for an image without one, or its faces.
 */
export const Position = z.enum(['centre', 'attention', 'entropy', 'focus', 'face']);
export type Position = z.infer<typeof Position>;

/**
 * A colour as #rrggbb, or with padding: `transparent`, `auto`, the colour of the picture's own border, or `blur`, an enlarged and
 * blurred copy of the picture.
 */
const Background = z
  .string()
  .regex(
    /^(?:#[0-9a-f]{6}|transparent|auto|blur)$/,
    'must be a colour as #rrggbb, in lower case, or transparent, auto, blur',
  );

/** `p3`: Display P3 with its profile, for sources with colours outside of sRGB. */
export const Colour = z.enum(['srgb', 'p3']);
export type Colour = z.infer<typeof Colour>;

/** `gain-map`: the gain map of an Ultra HDR JPEG, which makes the rendition brighter on an HDR screen. */
const Hdr = z.enum(['gain-map']);

/** Texts that a rendition can keep. It always keeps an IPTC DigitalSourceType, and never anything else. */
export const KeptMetadata = z.enum(['artist', 'copyright', 'credit']);
export type KeptMetadata = z.infer<typeof KeptMetadata>;

/** `upload`: a worker makes it at once. `request`: an edge makes it on its first request. Does not affect the bytes. */
const When = z.enum(['upload', 'request']);

const slug = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
export const VariantName = z.string().max(32).regex(slug, 'must be lower-case letters, digits and single hyphens');
export const Category = z.string().max(32).regex(slug, 'must be lower-case letters, digits and single hyphens');

/**
 * The longest side of a WebP file in pixels: https://developers.google.com/speed/webp/faq. The avif encoder's limit is
 * one pixel higher, those for jpeg and png are far higher; one limit for all lets a variant change its format.
 */
export const SIDE_PX_MAX = 16_383;
const side = z.int().min(1).max(SIDE_PX_MAX, 'must be at most 16,383 pixels, the limit of webp');

/** A quarter of the range: a larger difference is part of the picture. */
const TRIM_LEVELS_MAX = 64;

/** The fields of an entry; width and height are the box in pixels. */
export const VariantFields = z.strictObject({
  name: VariantName,
  width: side,
  height: side,
  fit: Fit,
  format: Format,
  /** 1 to 100; ignored by png: round ones have a palette of 256 colours unless lossless is smaller, others are lossless. */
  quality: z.int().min(1).max(100),
  /** Encoder effort: avif 0 to 4, webp 0 to 6; other formats have none. By default, that of its size: `effortBySize`. */
  effort: z.int().min(0).optional(),
  shape: Shape.default('rectangle'),
  position: Position.default('centre'),
  /** What is behind the picture: in jpeg behind transparent pixels, with fit `contain` or padding also beside the picture. */
  background: Background.default('#ffffff'),
  /** Pixels of the background on each side, within the box. None if not given; no default, as for `keepMetadata`. */
  padding: z.int().min(1).max(SIDE_PX_MAX).optional(),
  /**
   * Removes the border: rows and columns whose pixels differ from its colour by at most this many levels of 255 per channel. No
   * default, as for `keepMetadata`.
   */
  trim: z.int().min(1).max(TRIM_LEVELS_MAX).optional(),
  /** Restores the contrast of fine detail that scaling reduces. No default, as for `keepMetadata`. */
  sharpen: z
    .boolean()
    .transform((isOn) => isOn || undefined)
    .optional(),
  /** A picture over the finished rendition. No default, as for `keepMetadata`. */
  watermark: Watermark.optional(),
  /** Keeps every frame of an animated source; webp only. */
  animated: z.boolean().default(false),
  when: When.default('upload'),
  /** sRGB if not given. Has no default: it would change the revision of every set. */
  colour: Colour.transform((colour) => (colour === 'srgb' ? undefined : colour)).optional(),
  /** The standard picture alone if not given; jpeg only. No default, as for `keepMetadata`. */
  hdr: Hdr.optional(),
  /** None if not given. Has no default: it would change the revision of every set. */
  keepMetadata: z
    .array(KeptMetadata)
    .min(1)
    .transform((kept) => [...new Set(kept)].sort())
    .optional(),
});
export type VariantFields = z.infer<typeof VariantFields>;
