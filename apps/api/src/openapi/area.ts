import type { Scope } from '@imagemill/keys';

/** A range of paths, with the scope that a key needs there. */
export interface Area {
  readonly path: string;
  readonly scope: Scope;
  readonly bodyBytesMax: number;
}
