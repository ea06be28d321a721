import { z } from 'zod';
import { combinations } from './combinations.ts';
import { VariantFields } from './variant-fields.ts';

/** The specification of one output file. */
export const Variant = VariantFields.superRefine((variant, { addIssue }) => {
  for (const { path, message, allows } of combinations) {
    if (!allows(variant)) addIssue({ code: 'custom', path: [path], message });
  }
});
export type Variant = z.infer<typeof Variant>;

/**
 * The variants of a category: 1 to 64 entries, each with a unique combination of name and format. At least one is made at the upload:
 * a finished image has a picture that does not depend on an edge.
 */
export const VariantSet = z
  .array(Variant)
  .min(1)
  .max(64)
  .refine((set) => set.length === 0 || set.some(({ when }) => when === 'upload'), {
    message: 'at least one entry must be made at the upload: leave out its "when"',
  })
  .superRefine((set, context) => {
    const seen = new Set<string>();
    for (const [index, variant] of set.entries()) {
      const id = `${variant.name}.${variant.format}`;
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index], message: `${id} is in the set twice` });
      seen.add(id);
    }
  });
export type VariantSet = z.infer<typeof VariantSet>;
