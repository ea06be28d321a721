import { type EnginePool, endReasons, type PoolEvent, type SandboxEvent } from '@imagemill/imaging';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Metrics of the engine processes. @param engine is read when the metrics are read */
export function measureEngine(
  registry: Registry,
  engine: () => Pick<EnginePool, 'status' | 'slotStatus'>,
): { count(event: PoolEvent): void } {
  const registers = [registry];
  new Gauge({
    name: 'imagemill_engine_processes',
    help: 'Engine processes by state: idle, busy.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, processes] of Object.entries(engine().status())) this.set({ state }, processes);
    },
  });
  new Gauge({
    name: 'imagemill_encode_slots',
    help: 'Decodes and encodes in the engine processes by state: running, waiting for a slot. ENCODE_CONCURRENCY limits them.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, encodes] of Object.entries(engine().slotStatus())) this.set({ state }, encodes);
    },
  });
  const starts = new Counter({ name: 'imagemill_engine_starts_total', help: 'Engine processes started.', registers });
  const ends = new Counter({
    name: 'imagemill_engine_ends_total',
    help: 'Engine processes that ended, by reason: a limit of their image (cpu, wall, memory), aborted, crashed, replaced after many images, closed.',
    labelNames: ['reason'],
    registers,
  });
  const layers = new Gauge({
    name: 'imagemill_engine_layers',
    help: 'Layers of protection around engine processes: 1 for one that is active, 0 for one that is missing. No value before the first process has started, and for layers that ENGINE_LAYERS leaves out.',
    labelNames: ['layer'],
    registers,
  });
  // A counter that starts at 1 shows no increase for its first process.
  for (const reason of endReasons) ends.inc({ reason }, 0);
  return {
    count(event) {
      if (event.is === 'sandbox') showLayers(event, layers);
      if (event.is === 'started') starts.inc();
      if (event.is === 'ended') ends.inc({ reason: event.reason });
    },
  };
}

function showLayers({ active, missing }: SandboxEvent, layers: Gauge<'layer'>): void {
  for (const layer of active) layers.set({ layer }, 1);
  for (const { layer, because } of missing) if (because !== 'setting') layers.set({ layer }, 0);
}
