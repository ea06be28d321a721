import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { watchMemory } from './process-memory.ts';

const MIB = 1024 * 1024;
const HELD_MIB = 64;
/** A process with one child. Each holds its own memory. */
const HOLDER = `
const held = Buffer.alloc(${HELD_MIB} * ${MIB}, 1);
if (process.argv[1]) require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { stdio: ['pipe', 'ignore', 'ignore'] });
process.stdin.resume().once('end', () => process.exit(held.length));
`;

test.runIf(process.platform === 'linux')(
  'the memory of a family is what each of its processes has, and the files that they share once',
  async () => {
    const family = spawn(process.execPath, ['-e', HOLDER, HOLDER], { stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = once(family, 'exit');
    const watch = watchMemory(() => family.pid);
    onTestFinished(async () => {
      await watch.stop();
      family.stdin.end();
      await ended;
    });
    const holders = () => watch.peak.processes.filter(({ ownBytes }) => ownBytes > HELD_MIB * MIB);
    await vi.waitFor(() => expect(holders().length).toBe(2), { timeout: 20_000 });
    expect(
      holders()
        .map(({ isRoot }) => isRoot)
        .toSorted(),
    ).toEqual([false, true]);
    const { chargedBytes, rssBytes } = watch.peak;
    expect(chargedBytes).toBeGreaterThan(2 * HELD_MIB * MIB);
    // Both have mapped the program.
    expect(chargedBytes).toBeLessThan(rssBytes);
  },
);
