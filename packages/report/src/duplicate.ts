import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

export const duplicate = ({ similar }: Examined): WarningOf<'duplicate'> | undefined =>
  similar?.same ? { code: 'duplicate', of: similar.same } : undefined;
