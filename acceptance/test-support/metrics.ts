import { requestMetrics, watchRefusals } from '@imagemill/http';
import { createLogger, createRegistry } from '@imagemill/service';
import { addBacklogMetrics } from '../../apps/api/src/metrics/backlog-metrics.ts';
import { liveMetrics } from '../../apps/api/src/metrics/live-metrics.ts';
import { addRedisMetrics } from '../../apps/api/src/metrics/redis-metrics.ts';
import { createEdgeMetrics } from '../../apps/edge/src/metrics/edge-metrics.ts';
import { createJobMetrics, measureEncodes } from '../../apps/worker/src/metrics/job-metrics.ts';
import { createLookMetrics } from '../../apps/worker/src/metrics/look-metrics.ts';
import { createModerationMetrics } from '../../apps/worker/src/moderation/moderation-metrics.ts';
import { createOutageMetrics } from '../../apps/worker/src/outages/outage-metrics.ts';
import { createPurgeMetrics } from '../../apps/worker/src/purge/purge-metrics.ts';
import { createWebhookMetrics } from '../../apps/worker/src/webhooks/webhook-metrics.ts';
import { measureEngine } from '../../packages/rendering/src/measure-engine.ts';

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labelNames: readonly string[];
}

const unread = { read: () => Promise.reject(new Error('This is never scraped.')) };

const unscraped = (): never => {
  throw new Error('This is never scraped.');
};

/** Every program's metrics, from their source code: its own ones, or also those of Node. */
export function ownMetrics({ withNodes = false } = {}): Readonly<Record<'api' | 'worker' | 'edge', readonly Metric[]>> {
  const [api, worker, edge] = [createRegistry(), createRegistry(), createRegistry()];
  addBacklogMetrics(api, unread);
  requestMetrics(api);
  watchRefusals(api, createLogger('test', 'silent'));
  liveMetrics(api);
  addRedisMetrics(api, unread.read);
  measureEngine(worker, unscraped);
  measureEngine(edge, unscraped);
  requestMetrics(edge);
  watchRefusals(edge, createLogger('test', 'silent'));
  createWebhookMetrics(worker);
  createJobMetrics(worker);
  measureEncodes(worker);
  createLookMetrics(worker);
  createOutageMetrics(worker, []);
  createPurgeMetrics(worker, []);
  createModerationMetrics(worker, () => false);
  createEdgeMetrics(edge, unscraped);
  const own = (registry: typeof api) =>
    (registry.getMetricsAsArray() as unknown as Metric[]).filter(
      ({ name }) => withNodes || name.startsWith('imagemill_'),
    );
  return { api: own(api), worker: own(worker), edge: own(edge) };
}

export const metricNames = () => Object.values(ownMetrics()).flatMap((list) => list.map(({ name }) => name));
