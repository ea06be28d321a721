import { z } from 'zod';

/** What is done to the pixels of an image before its renditions are made from them: docs/models.md has the figures. */
export const Enhance = z.enum(['sharpen']);
export type Enhance = z.infer<typeof Enhance>;
