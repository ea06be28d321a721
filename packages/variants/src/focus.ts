import { z } from 'zod';

const share = z.number().min(0).max(1);

/** The point of an image that matters most, in shares of its upright width and height, from its top left corner. */
export const Focus = z.strictObject({ x: share, y: share });
export type Focus = z.infer<typeof Focus>;
