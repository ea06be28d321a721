import type { Tenant } from '@imagemill/variants';

/** Runs look-ups of tenants, in turns: when a place is free, the tenant with the fewest running look-ups goes next. */
export interface LookUpTurns {
  run<T>(tenant: Tenant, lookUp: () => Promise<T>): Promise<T>;
}

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * @param max look-ups at once
 * @param tenantMax look-ups of one tenant at once: its share while no other has any
 */
export function createLookUpTurns(max: number, tenantMax: number): LookUpTurns {
  /** Of the tenants that have look-ups; the one whose turn was longest ago is first. */
  const lines = new Map<Tenant, Line>();
  let free = max;

  /** Of the tenants with the fewest running look-ups, the one whose turn was longest ago. */
  function next(): [Tenant, Line] | undefined {
    let found: [Tenant, Line] | undefined;
    for (const entry of lines) {
      const [, { running, waiting }] = entry;
      if (waiting.length > 0 && running < (found?.[1].running ?? tenantMax)) found = entry;
    }
    return found;
  }

  function startNext(): void {
    const [tenant, line] = (free > 0 && next()) || [];
    if (!tenant || !line) return;
    lines.delete(tenant);
    lines.set(tenant, line);
    line.running += 1;
    free -= 1;
    line.waiting.shift()?.();
  }

  function end(tenant: Tenant, line: Line): void {
    line.running -= 1;
    free += 1;
    if (line.running === 0 && line.waiting.length === 0) lines.delete(tenant);
    startNext();
  }

  return {
    async run(tenant, lookUp) {
      const line = lines.get(tenant) ?? { running: 0, waiting: [] };
      lines.set(tenant, line);
      const { promise, resolve } = Promise.withResolvers<void>();
      line.waiting.push(resolve);
      startNext();
      await promise;
      try {
        return await lookUp();
      } finally {
        end(tenant, line);
      }
    },
  };
}
