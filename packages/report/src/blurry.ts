import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Of the variance of the Laplacian. Chosen by `bench report`: docs/seller-report.md has its precision and recall. */
const SHARPNESS_MIN = 100;

export const blurry = ({ measured }: Examined): WarningOf<'blurry'> | undefined =>
  measured && measured.sharpness < SHARPNESS_MIN ? { code: 'blurry' } : undefined;
