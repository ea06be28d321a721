import { parseEnv } from '@imagemill/service/environment';
import { stackEnv } from '../env.ts';
import type { Stack } from '../stack/bring-up.ts';

/** Starts the stack of this environment and prints each step. */
export async function localStack(signal: AbortSignal): Promise<Stack> {
  const env = parseEnv(stackEnv, process.env);
  // Loaded here, not at import: it doubles the time that every other command takes to start.
  const { bringUp } = await import('../stack/bring-up.ts');
  return bringUp(env, (step) => process.stdout.write(`${step}\n`), signal);
}
