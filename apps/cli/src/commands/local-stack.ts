import { parseEnv } from '@imagemill/service';
import { stackEnv } from '../env.ts';
import { bringUp, type Stack } from '../stack/bring-up.ts';

/** Brings the stack of this environment up, telling each step. */
export const localStack = (signal: AbortSignal): Promise<Stack> =>
  bringUp(parseEnv(stackEnv, process.env), (step) => process.stdout.write(`${step}\n`), signal);
