import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Of luma, 0 to 255. Chosen by `bench report`: docs/seller-report.md has its precision and recall. */
const HIGHLIGHT_MIN = 96;

export const tooDark = ({ measured }: Examined): WarningOf<'too-dark'> | undefined =>
  measured && measured.light.highlight < HIGHLIGHT_MIN ? { code: 'too-dark' } : undefined;
