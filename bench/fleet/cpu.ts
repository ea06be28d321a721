import type { Contenders } from '../api/contenders.ts';
import { usageOf } from '../edge/process-usage.ts';

/** CPU seconds of the programs beside the workers. */
export interface Cpu {
  readonly edge: number;
  readonly api: number;
  readonly redis: number;
  readonly s3: number;
}

export async function cpuOf({ ours, pids }: Contenders, edgePid: number): Promise<Cpu> {
  const of = async (pid: number) => (await usageOf(pid)).cpuSeconds;
  return { edge: await of(edgePid), api: await of(ours.pid), redis: await of(pids.redis), s3: await of(pids.s3) };
}

export const difference = (after: Cpu, before: Cpu): Cpu => ({
  edge: after.edge - before.edge,
  api: after.api - before.api,
  redis: after.redis - before.redis,
  s3: after.s3 - before.s3,
});
