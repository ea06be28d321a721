import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

export const locationRemoved = ({ source }: Examined): WarningOf<'location-removed'> | undefined =>
  source.hasLocation ? { code: 'location-removed' } : undefined;
