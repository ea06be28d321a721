import { DigitalSourceType, ImageId, VariantName } from '@imagemill/variants';
import { z } from 'zod';
import { Side } from './measured.ts';

const side = z.int().positive();
/** Always set, except in what a follow token reads. */
const olderImage = ImageId.optional().meta({ description: 'id of the older image; missing with a follow token' });

/** What a seller should know about an image, beside its status. The codes and their fields are stable: docs/seller-report.md lists them. */
export const Warning = z.discriminatedUnion('code', [
  z
    .object({
      code: z.literal('too-small'),
      variants: z.array(VariantName).min(1).meta({ description: 'variants that are smaller than their box allows' }),
      width: side.meta({ description: 'of the original, in pixels' }),
      height: side,
      needed: z
        .object({ width: side, height: side })
        .meta({ description: 'the smallest original of the same shape from which all variants have their full size' }),
    })
    .meta({ description: 'the original has too few pixels for these variants' }),
  z
    .object({ code: z.literal('location-removed') })
    .meta({ description: 'the original contains the place where it was taken; renditions do not' }),
  z
    .object({
      code: z.literal('profile-converted'),
      profile: z.string().meta({ description: "the profile's own name, or that of its gamut" }),
    })
    .meta({ description: 'the colours of the original were converted to sRGB' }),
  z
    .object({ code: z.literal('hdr-dropped'), hdr: z.enum(['pq', 'hlg', 'gain-map']) })
    .meta({ description: 'the original is an HDR picture; the renditions are not' }),
  z
    .object({ code: z.literal('animation-dropped') })
    .meta({ description: 'the original is an animation; the renditions show its first frame' }),
  z
    .object({ code: z.literal('ai-mark'), digitalSourceType: DigitalSourceType })
    .meta({ description: 'according to its metadata, the original was made or edited with generative AI' }),
  z.object({ code: z.literal('blurry') }).meta({ description: 'nothing in the picture is in focus' }),
  z.object({ code: z.literal('too-dark') }).meta({ description: 'even the lightest parts are dark' }),
  z.object({ code: z.literal('too-bright') }).meta({ description: 'most of the picture is nearly white' }),
  z
    .object({ code: z.literal('framed'), sides: z.array(Side).min(1) })
    .meta({ description: 'the picture has bars or a frame at these sides' }),
  z
    .object({ code: z.literal('duplicate'), of: olderImage })
    .meta({ description: 'an older image of the same tenant has the same bytes' }),
  z
    .object({ code: z.literal('near-duplicate'), of: olderImage, bits: z.int().nonnegative() })
    .meta({ description: 'an older image of the same tenant looks nearly the same' }),
]);
export type Warning = z.infer<typeof Warning>;
export type WarningCode = Warning['code'];
export type WarningOf<Code extends WarningCode> = Extract<Warning, { code: Code }>;
