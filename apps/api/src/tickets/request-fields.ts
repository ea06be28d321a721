import { type Categories, Enhance, Focus } from '@imagemill/variants';
import { z } from 'zod';

/** A category of this deployment, by its name. */
export const categoryField = (categories: Categories) =>
  z
    .string()
    .meta({ enum: [...categories.keys()] })
    .transform((name, context) => {
      const spec = categories.get(name);
      if (spec) return { name, ...spec };
      const message = `must be one of ${[...categories.keys()].join(', ')}`;
      context.addIssue({ code: 'custom', params: { code: 'unknown-category' }, message });
      return z.NEVER;
    });

/** The point around which entries with the position `focus` are cropped. */
export const FocusField = Focus.meta({
  description: "the image's most important point, in shares of its upright width and height from the top left corner",
  examples: [{ x: 0.5, y: 0.3 }],
});

/** For a picture that is known to be blurred. */
export const EnhanceField = Enhance.meta({
  description:
    '`sharpen` makes the renditions from sharpened pixels, for a picture that is blurred; it makes any other one worse',
});

export const Sha256Field = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be the base64 of a SHA-256');
