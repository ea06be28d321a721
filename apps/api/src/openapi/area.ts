import type { Scope } from '@imagemill/keys';

/** What a key needs, by where it goes. */
export interface Area {
  readonly path: string;
  readonly scope: Scope;
  readonly bodyBytesMax: number;
}
