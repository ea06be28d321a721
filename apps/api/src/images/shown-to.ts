import { withoutOtherImages } from '@imagemill/images';
import type { Caller } from '../auth/authenticator.ts';

/** A follow token gives access to one image: its holder sees no ids of others. */
export const shownTo = <Shown extends Parameters<typeof withoutOtherImages>[0]>(
  { keyId }: Caller,
  shown: Shown,
): Shown => (keyId === undefined ? withoutOtherImages(shown) : shown);
