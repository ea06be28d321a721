import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Of luma, 0 to 255. Chosen by `bench report`: docs/seller-report.md has their precision and recall. */
const MIDDLE_MAX = 225;
/** A light picture with dark parts is not overexposed. */
const SHADOW_MAX = 55;

export const tooBright = ({ measured }: Examined): WarningOf<'too-bright'> | undefined =>
  measured && measured.light.middle > MIDDLE_MAX && measured.light.shadow > SHADOW_MAX
    ? { code: 'too-bright' }
    : undefined;
