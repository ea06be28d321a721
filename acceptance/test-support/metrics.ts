import { requestMetrics } from '@imagemill/http';
import { createRegistry } from '@imagemill/service';
import { addBacklogMetrics } from '../../apps/api/src/metrics/backlog-metrics.ts';
import { liveMetrics } from '../../apps/api/src/metrics/live-metrics.ts';
import { createEdgeMetrics } from '../../apps/edge/src/metrics/edge-metrics.ts';
import { createJobMetrics } from '../../apps/worker/src/metrics/job-metrics.ts';
import { createLookMetrics } from '../../apps/worker/src/metrics/look-metrics.ts';
import { createOutageMetrics } from '../../apps/worker/src/outages/outage-metrics.ts';
import { createPurgeMetrics } from '../../apps/worker/src/purge/purge-metrics.ts';

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

const unread = { read: () => Promise.reject(new Error('This is never scraped.')) };

const unscraped = (): never => {
  throw new Error('This is never scraped.');
};

/** Every program's own metrics, from their source code. */
export function ownMetrics(): Readonly<Record<'api' | 'worker' | 'edge', readonly Metric[]>> {
  const [api, worker, edge] = [createRegistry(), createRegistry(), createRegistry()];
  addBacklogMetrics(api, unread);
  requestMetrics(api);
  liveMetrics(api);
  createJobMetrics(worker);
  createLookMetrics(worker);
  createOutageMetrics(worker, []);
  createPurgeMetrics(worker, []);
  createEdgeMetrics(edge, unscraped);
  const own = (registry: typeof api) =>
    (registry.getMetricsAsArray() as unknown as Metric[]).filter(({ name }) => name.startsWith('imagemill_'));
  return { api: own(api), worker: own(worker), edge: own(edge) };
}

export const metricNames = () => Object.values(ownMetrics()).flatMap((list) => list.map(({ name }) => name));
