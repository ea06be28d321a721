import type { LiveEvent } from './live-event.ts';

/** A listener's state: the events of an image that it has received. */
export interface Seen {
  readonly status: string;
  readonly revision: string | undefined;
  /** Renditions, as `variant.format`. */
  readonly sent: ReadonlySet<string>;
}

export const renditionName = ({ variant, format }: { readonly variant: string; readonly format: string }) =>
  `${variant}.${format}`;

/** Whether a listener can resume; if not, it needs a new snapshot. */
export const canResume = (seen: Seen, { revision }: Pick<Seen, 'revision'>): boolean =>
  seen.revision === undefined || revision === undefined || seen.revision === revision;

/** Events for a listener, and its state after them. */
export interface News {
  readonly events: readonly LiveEvent[];
  readonly seen: Seen;
}
