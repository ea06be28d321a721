import { Counter, type Registry } from 'prom-client';

/** The metrics of a worker's looks for uploads. */
export function createLookMetrics(registry: Registry) {
  const looks = new Counter({
    name: 'imagemill_upload_looks_total',
    help: 'Looks for uploads that were not reported, by result (found, absent, expired).',
    labelNames: ['result'],
    registers: [registry],
  });
  // A counter that starts at 1 shows no increase for its first look.
  for (const result of ['found', 'absent', 'expired']) looks.inc({ result }, 0);
  return { looks };
}
