import { z } from 'zod';

export const Format = z.enum(['avif', 'webp', 'jpeg', 'png']);
export type Format = z.infer<typeof Format>;

/** `inside` keeps the aspect ratio within the box; `cover` fills the box, cropping. Neither ever enlarges. */
export const Fit = z.enum(['inside', 'cover']);
export type Fit = z.infer<typeof Fit>;

export const Shape = z.enum(['rectangle', 'circle']);
export type Shape = z.infer<typeof Shape>;

/** Which part of the source a `cover` variant keeps: its centre, or what libvips finds salient or detailed. */
export const Position = z.enum(['centre', 'attention', 'entropy']);
export type Position = z.infer<typeof Position>;

/** What of a source's metadata a rendition may carry: EXIF's Copyright and Artist, and never anything else. */
export const KeptMetadata = z.enum(['artist', 'copyright']);
export type KeptMetadata = z.infer<typeof KeptMetadata>;

const slug = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
export const VariantName = z.string().max(32).regex(slug, 'lower-case letters, digits and single hyphens');
export const Category = z.string().max(32).regex(slug, 'lower-case letters, digits and single hyphens');

/**
 * The longest side in pixels that a WebP file can have: https://developers.google.com/speed/webp/faq. Avif here ends one
 * pixel later, jpeg and png far later; one limit for all lets a variant change its format.
 */
const SIDE_PX_MAX = 16_383;
const side = z.int().min(1).max(SIDE_PX_MAX, 'a side of at most 16,383 pixels, the most that webp can store');

/**
 * libaom goes to 9, but can't be stopped within an encode: from 5 on, one of 2400 px takes from 12 to over 27 s of CPU for
 * a file that is hardly smaller (docs/performance.md).
 */
const effortMax: Partial<Record<Format, number>> = { avif: 4, webp: 6 };

/** The specification of one output file; width and height are the box in pixels. */
export const Variant = z
  .strictObject({
    name: VariantName,
    width: side,
    height: side,
    fit: Fit,
    format: Format,
    /** 1 to 100; ignored by png, which is lossless here. */
    quality: z.int().min(1).max(100),
    /** How hard the encoder tries: avif 0 to 4, webp 0 to 6; the others have none. Ours for the format if not given. */
    effort: z.int().min(0).optional(),
    shape: Shape.default('rectangle'),
    position: Position.default('centre'),
    /** What shows through transparent pixels in a format that has none (jpeg), as #rrggbb. */
    background: z
      .string()
      .regex(/^#[0-9a-f]{6}$/, 'a colour as #rrggbb, lower case')
      .default('#ffffff'),
    /** Keep every frame of an animated source; only webp can. */
    animated: z.boolean().default(false),
    /** None if not given; no default, so that a set that does not ask for it keeps its revision. */
    keepMetadata: z
      .array(KeptMetadata)
      .min(1)
      .transform((kept) => [...new Set(kept)].sort())
      .optional(),
  })
  .refine((v) => v.shape === 'rectangle' || (v.fit === 'cover' && v.width === v.height), {
    path: ['shape'],
    message: 'a circle needs fit cover and a square box',
  })
  .refine((v) => v.shape === 'rectangle' || v.format !== 'jpeg', {
    path: ['format'],
    message: 'a circle needs a format with transparency: avif, webp or png',
  })
  .refine((v) => v.effort === undefined || v.effort <= (effortMax[v.format] ?? -1), {
    path: ['effort'],
    message: 'avif takes 0 to 4, webp 0 to 6, the others none',
  })
  .refine((v) => !v.animated || v.format === 'webp', {
    path: ['animated'],
    message: 'only webp renditions can be animated',
  })
  .refine((v) => !v.animated || v.position === 'centre', {
    path: ['position'],
    message: 'an animation can only be cropped at its centre',
  });
export type Variant = z.infer<typeof Variant>;

/** The variants that a category makes: 1 to 64 entries, no two with the same name and format. */
export const VariantSet = z
  .array(Variant)
  .min(1)
  .max(64)
  .superRefine((set, context) => {
    const seen = new Set<string>();
    for (const [index, variant] of set.entries()) {
      const id = `${variant.name}.${variant.format}`;
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index], message: `${id} is in the set twice` });
      seen.add(id);
    }
  });
export type VariantSet = z.infer<typeof VariantSet>;
