import type { Categories } from '@imagemill/variants';
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

export const Sha256Field = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be the base64 of a SHA-256');
