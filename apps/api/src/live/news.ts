import type { LiveEvent } from './live-event.ts';

/** What a listener knows of an image. */
export interface Seen {
  readonly status: string;
  readonly revision: string | undefined;
  /** Renditions, as `variant.format`. */
  readonly told: ReadonlySet<string>;
}

export const renditionName = ({ variant, format }: { readonly variant: string; readonly format: string }) =>
  `${variant}.${format}`;

/** Whether what a listener knows goes with where the image stands; if not, it needs a new snapshot. */
export const goesOn = (seen: Seen, { revision }: Pick<Seen, 'revision'>): boolean =>
  seen.revision === undefined || revision === undefined || seen.revision === revision;

/** Events for a listener, and its state after them. */
export interface News {
  readonly events: readonly LiveEvent[];
  readonly seen: Seen;
}
