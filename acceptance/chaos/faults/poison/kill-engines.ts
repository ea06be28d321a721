import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';

/**
 * Loaded before a worker with `node --import`. Kills an engine process, like a crash in native code, when it gets a file
 * whose SHA-256 is in the file POISON_FILE (one in hex per line).
 */
subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess };
  // Its streams do not exist yet.
  process.nextTick(() => {
    const channel = child.stdio[3] as Duplex | null | undefined;
    if (!channel) return;
    const write = channel.write.bind(channel) as (...given: unknown[]) => boolean;
    channel.write = (...given: unknown[]) => {
      if (given[0] instanceof Uint8Array && isPoison(given[0])) child.kill('SIGSEGV');
      return write(...given);
    };
  });
});

function isPoison(bytes: Uint8Array): boolean {
  const poison = readFileSync(process.env.POISON_FILE ?? '', 'utf8').split('\n');
  return poison.includes(createHash('sha256').update(bytes).digest('hex'));
}
