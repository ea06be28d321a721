import { Format, SourceFacts, VariantName, Visibility } from '@imagemill/variants';
import { z } from 'zod';

/** A job's progress. It exists once a worker has read the original. */
export const RenderProgress = z.object({
  revision: z.string(),
  /** Of the renditions; `public` if not given. */
  visibility: Visibility.optional(),
  total: z.int().nonnegative(),
  source: SourceFacts,
  done: z.array(
    z.object({
      variant: VariantName,
      format: Format,
      width: z.int(),
      height: z.int(),
      bytes: z.int(),
    }),
  ),
});
export type RenderProgress = z.infer<typeof RenderProgress>;
