import { runProgram } from '../../test-support/run-program.ts';
import type { Chaos } from '../fault.ts';

/** The command that repairs the queue after a loss in Redis. */
const RECONCILE = 'reconcile';

/** The reason if the command is missing. */
export async function withoutReconcile(): Promise<string | undefined> {
  const { stdout } = await runProgram(['apps/cli/imagemill.mjs', RECONCILE, '--help']);
  return stdout.includes(`imagemill ${RECONCILE}`) ? undefined : 'this imagemill has no `reconcile` command';
}

/** Runs `imagemill reconcile`, as an operator does after a loss. */
export async function reconcileNow({ stack, say, note }: Chaos): Promise<void> {
  const { code, stdout, stderr } = await stack.runCommand(RECONCILE);
  if (code !== 0) throw new Error(`reconcile ended with code ${code}: ${stderr}`);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  say(`reconciled: ${last}`);
  note(`reconcile said: ${last}`);
}
