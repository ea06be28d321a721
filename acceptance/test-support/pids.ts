import type { RunningStack } from './running-stack.ts';

/** The processes of a stack. */
export const pidsOf = ({ pids }: Pick<RunningStack, 'pids'>) => Object.values(pids).flat() as number[];

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
