import { ImageId } from '@imagemill/variants';
import { z } from 'zod';

/**
 * The answer of a moderation service. Unknown fields are ignored. The image's id is repeated: a cache or a proxy in between could otherwise
 * return the verdict on another image.
 */
export const Verdict = z.object({
  imageId: ImageId,
  verdict: z.enum(['allow', 'hold', 'reject']),
  /** The reason, for operators. */
  code: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .optional(),
  /** For the seller of an image that is held or rejected. */
  message: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}]*$/u)
    .optional(),
});
export type Verdict = z.infer<typeof Verdict>;
