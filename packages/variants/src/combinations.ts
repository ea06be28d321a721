import type { Format, VariantFields } from './variant-fields.ts';

interface Combination {
  /** The field that an error names. */
  readonly path: keyof VariantFields;
  readonly message: string;
  allows(variant: VariantFields): boolean;
}

/**
 * libaom accepts up to 9, but an encode can't be interrupted: from 5 on, one of 2400 px takes 12 to over 27 s of CPU for
 * a file that is hardly smaller (docs/performance.md).
 */
const effortMax: Partial<Record<Format, number>> = { avif: 4, webp: 6 };

/** Whether the background is visible beside the picture, or behind it in every format. */
const hasBackdrop = ({ fit, padding }: VariantFields) => fit === 'contain' || padding !== undefined;

/** Which fields of an entry go together. */
export const combinations: readonly Combination[] = [
  {
    path: 'shape',
    message: 'a circle needs fit "cover" and a square box',
    allows: (v) => v.shape === 'rectangle' || (v.fit === 'cover' && v.width === v.height),
  },
  {
    path: 'format',
    message: 'a circle needs a format with transparency: avif, webp or png',
    allows: (v) => v.shape === 'rectangle' || v.format !== 'jpeg',
  },
  {
    path: 'background',
    message: 'must be a colour as #rrggbb: "transparent", "auto" and "blur" need fit "contain", or padding',
    allows: (v) => v.background.startsWith('#') || hasBackdrop(v),
  },
  {
    path: 'background',
    message: 'jpeg has no transparency: must be a colour as #rrggbb, or auto',
    allows: (v) => v.background !== 'transparent' || v.format !== 'jpeg',
  },
  {
    path: 'background',
    message: 'an animation cannot have a blurred copy of itself behind it',
    allows: (v) => !v.animated || v.background !== 'blur',
  },
  {
    path: 'padding',
    message: 'needs fit "contain" or "inside"',
    allows: (v) => v.padding === undefined || v.fit === 'contain' || v.fit === 'inside',
  },
  {
    path: 'padding',
    message: 'must leave room for the picture: less than half of the width and of the height',
    allows: (v) => 2 * (v.padding ?? 0) < Math.min(v.width, v.height),
  },
  {
    path: 'effort',
    message: 'must be 0 to 4 for avif, 0 to 6 for webp, and absent for other formats',
    allows: (v) => v.effort === undefined || v.effort <= (effortMax[v.format] ?? -1),
  },
  {
    path: 'animated',
    message: 'only webp renditions can be animated',
    allows: (v) => !v.animated || v.format === 'webp',
  },
  { path: 'colour', message: 'an animation is always in sRGB', allows: (v) => !v.animated || v.colour === undefined },
  {
    path: 'position',
    message: 'an animation can only be cropped at its centre',
    allows: (v) => !v.animated || v.position === 'centre',
  },
  {
    path: 'position',
    message: 'only fit "cover" crops: every position but "centre" needs it',
    allows: (v) => v.position === 'centre' || v.fit === 'cover',
  },
  {
    path: 'trim',
    message: 'needs fit "contain", "inside" or "cover"',
    allows: (v) => v.trim === undefined || ['contain', 'inside', 'cover'].includes(v.fit),
  },
  { path: 'trim', message: 'an animation cannot be trimmed', allows: (v) => !v.animated || v.trim === undefined },
  { path: 'sharpen', message: 'an animation cannot be sharpened', allows: (v) => !v.animated || !v.sharpen },
  { path: 'hdr', message: 'only jpeg can have a gain map', allows: (v) => v.hdr === undefined || v.format === 'jpeg' },
  {
    path: 'hdr',
    message: 'the position of a gain map must be known: needs position "centre", "focus" or "face", and no "trim"',
    allows: (v) =>
      v.hdr === undefined || (v.trim === undefined && v.position !== 'attention' && v.position !== 'entropy'),
  },
];
