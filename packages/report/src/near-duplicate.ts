import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Not in addition to `duplicate`. */
export function nearDuplicate({ similar }: Examined): WarningOf<'near-duplicate'> | undefined {
  const { same, near } = similar ?? {};
  return near && !same ? { code: 'near-duplicate', of: near.imageId, bits: near.bits } : undefined;
}
