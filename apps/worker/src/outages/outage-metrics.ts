import type { Breaker, GivenBack } from '@imagemill/queue';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What a worker observes of its dependencies. */
export function createOutageMetrics(registry: Registry, breakers: readonly Breaker[]) {
  const registers = [registry];
  const names = breakers.map(({ dependency }) => dependency.name);
  new Gauge({
    name: 'imagemill_dependency_away_seconds',
    help: 'How long a dependency has been away; 0 while it answers. The worker takes no jobs that need it.',
    labelNames: ['dependency'],
    registers,
    collect() {
      for (const { dependency, awayMs } of breakers) this.set({ dependency: dependency.name }, (awayMs() ?? 0) / 1000);
    },
  });
  const outages = new Counter({
    name: 'imagemill_dependency_outages_total',
    help: 'Outages of a dependency that this worker has seen.',
    labelNames: ['dependency'],
    registers,
  });
  const givenBack = new Counter({
    name: 'imagemill_jobs_given_back_total',
    help: 'Jobs that were returned to the queue without using an attempt, because a dependency was away.',
    labelNames: ['dependency'],
    registers,
  });
  for (const dependency of names) {
    outages.inc({ dependency }, 0);
    givenBack.inc({ dependency }, 0);
  }
  return {
    began: (dependency: string) => outages.inc({ dependency }),
    gaveBack({ away }: GivenBack) {
      for (const dependency of away) givenBack.inc({ dependency });
    },
  };
}
