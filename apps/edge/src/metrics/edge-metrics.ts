import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RenderQueue } from '../render/render-queue.ts';
import { steps, type Timings } from '../render/stopwatch.ts';
import type { Outcome } from '../serve/get-picture.ts';

interface Watched {
  readonly queue: Pick<RenderQueue, 'status'>;
  readonly pictures: { size(): number };
}

/** The edge's own metrics. @param watched is read when the metrics are read */
export function createEdgeMetrics(registry: Registry, watched: () => Watched) {
  const registers = [registry];
  const pictures = new Counter({
    name: 'imagemill_edge_pictures_total',
    help: 'Pictures delivered, by origin: memory, bucket, rendered, stored (by another process meanwhile), collapsed (rendered for another request).',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['memory', 'bucket', 'rendered', 'stored', 'collapsed'] satisfies Outcome[]) {
    pictures.inc({ outcome }, 0);
  }
  const renderSeconds = new Histogram({
    name: 'imagemill_edge_render_seconds',
    help: 'Time of a render by step: queue, fetch, decode, encode.',
    labelNames: ['step'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  new Gauge({
    name: 'imagemill_edge_renders',
    help: 'Renders by state: running, waiting.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, renders] of Object.entries(watched().queue.status())) this.set({ state }, renders);
    },
  });
  new Gauge({
    name: 'imagemill_edge_held_bytes',
    help: 'Memory of the pictures that are held.',
    registers,
    collect() {
      this.set(watched().pictures.size());
    },
  });
  return {
    delivered: (outcome: Outcome) => pictures.inc({ outcome }),
    rendered(timings: Timings) {
      for (const step of steps) renderSeconds.observe({ step }, (timings[step] ?? 0) / 1000);
    },
  };
}
