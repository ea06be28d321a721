import { useCallback, useState } from 'preact/hooks';
import type { OperatorApi } from '../api/operator-api.ts';
import type { Backlog } from '../api/operator-types.ts';
import { type Polled, usePolled } from '../ui/use-polled.ts';

const EVERY_MS = 2_000;
/** The time span of the charts; older samples are dropped. */
export const SPAN_MS = 5 * 60_000;

export interface BacklogSample extends Backlog {
  /** ms since 1970. */
  readonly at: number;
}

/** Samples the backlog every two seconds, for the span of the charts. */
export function useSamples(api: OperatorApi): Polled<Backlog> & { samples: readonly BacklogSample[] } {
  const [samples, setSamples] = useState<readonly BacklogSample[]>([]);
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const backlog = await api.backlog(signal);
      const at = Date.now();
      setSamples((before) => [...before.filter((sample) => at - sample.at < SPAN_MS), { ...backlog, at }]);
      return backlog;
    },
    [api],
  );
  return { ...usePolled(ask, EVERY_MS), samples };
}
