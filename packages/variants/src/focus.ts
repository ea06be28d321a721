import { z } from 'zod';

const share = z.number().min(0).max(1);

/** The point of an image that matters most, in shares of its upright width and height, from its top left corner. */
export const Focus = z.strictObject({ x: share, y: share });
export type Focus = z.infer<typeof Focus>;

/** The point that entries with the position `face` are cropped around, and what it was chosen by. */
export const FocusChoice = Focus.extend({ by: z.enum(['seller', 'face', 'attention', 'centre']) });
export type FocusChoice = z.infer<typeof FocusChoice>;

/** Steps that an image can be made without. `faces`: faces were not detected, because the detector was missing or failed. */
export const SkippedStep = z.enum(['faces']);
export type SkippedStep = z.infer<typeof SkippedStep>;

/** What was decided for one image when it was rendered. Its manifest has it, and every later render of the same revision obeys it. */
export interface Decided {
  /** Of a set with an entry of the position `face`. */
  readonly chosenFocus?: FocusChoice | undefined;
  readonly skipped: readonly SkippedStep[];
}
