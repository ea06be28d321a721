import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Not for a set whose renditions are all in Display P3. */
export function profileConverted({ source, set }: Examined): WarningOf<'profile-converted'> | undefined {
  const { colourProfile: profile } = source;
  return profile !== undefined && set.some(({ colour }) => colour !== 'p3')
    ? { code: 'profile-converted', profile }
    : undefined;
}
