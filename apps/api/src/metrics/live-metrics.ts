import { Counter, Gauge, type Registry } from 'prom-client';
import type { LiveObserver } from '../live/listener.ts';

/** Live connections, and those dropped as too slow. */
export function liveMetrics(registry: Registry): LiveObserver {
  const listeners = new Gauge({
    name: 'imagemill_live_listeners',
    help: 'Connections that follow an image.',
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'imagemill_live_listeners_dropped_total',
    help: 'Connections that were closed because the client read too slowly or not at all.',
    registers: [registry],
  });
  return {
    joined: () => listeners.inc(),
    left(reason) {
      listeners.dec();
      if (reason === 'slow') dropped.inc();
    },
  };
}
