import { requestMetrics } from '@imagemill/http';
import { createRegistry } from '@imagemill/service';
import { addBacklogMetrics } from '../../apps/api/src/metrics/backlog-metrics.ts';
import { liveMetrics } from '../../apps/api/src/metrics/live-metrics.ts';
import { createJobMetrics } from '../../apps/worker/src/metrics/job-metrics.ts';
import { createLookMetrics } from '../../apps/worker/src/metrics/look-metrics.ts';
import { createOutageMetrics } from '../../apps/worker/src/outages/outage-metrics.ts';

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

const unread = { read: () => Promise.reject(new Error('This is never scraped.')) };

/** The API's and the worker's own metrics, from their source code. */
export function ownMetrics(): { api: readonly Metric[]; worker: readonly Metric[] } {
  const [api, worker] = [createRegistry(), createRegistry()];
  addBacklogMetrics(api, unread);
  requestMetrics(api);
  liveMetrics(api);
  createJobMetrics(worker);
  createLookMetrics(worker);
  createOutageMetrics(worker, []);
  const own = (registry: typeof api) =>
    (registry.getMetricsAsArray() as unknown as Metric[]).filter(({ name }) => name.startsWith('imagemill_'));
  return { api: own(api), worker: own(worker) };
}

export const metricNames = () => Object.values(ownMetrics()).flatMap((list) => list.map(({ name }) => name));
