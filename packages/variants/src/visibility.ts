import { z } from 'zod';

/**
 * How the renditions of a category can be read. `public`: by everyone, at a URL that stays. `signed`: at an edge, with a signed URL that
 * expires.
 */
export const Visibility = z.enum(['public', 'signed']);
export type Visibility = z.infer<typeof Visibility>;
