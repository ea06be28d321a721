import { runProgram } from '../../test-support/run-program.ts';
import type { Fault } from '../fault.ts';

/** The command that repairs the queue after a loss of Redis. */
const RECONCILE = 'reconcile';

export const redisWipe: Fault = {
  name: 'redis-wipe',
  description:
    'Redis emptied, alternately by FLUSHALL and by a restart without files, {rounds} times; then `imagemill reconcile`',
  full: { rounds: 10, withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 150, settleWithinMs: 180_000 },
  short: { rounds: 2, withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 400, settleWithinMs: 60_000 },
  async unavailable() {
    const { stdout } = await runProgram(['apps/cli/imagemill.mjs', RECONCILE, '--help']);
    return stdout.includes(`imagemill ${RECONCILE}`) ? undefined : 'this imagemill has no `reconcile` command';
  },
  async inject({ stack, random, rounds, pause, say }) {
    for (let round = 1; round <= rounds; round++) {
      await pause(random.whole(2_000, 5_000));
      if (round % 2 === 1) await stack.redis.flushAll();
      else await stack.redis.restart({ wiped: true });
      say(`${round} of ${rounds} wiped`);
    }
    await pause(1_000);
  },
  async repair({ stack, say, note }) {
    // Once more after the last upload: no event can restore these jobs.
    await stack.redis.flushAll();
    const { code, stdout, stderr } = await stack.runCommand(RECONCILE);
    if (code !== 0) throw new Error(`reconcile ended with code ${code}: ${stderr}`);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    say(`reconciled: ${last}`);
    note(`reconcile said: ${last}`);
  },
};
