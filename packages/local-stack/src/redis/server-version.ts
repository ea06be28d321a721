import { RedisTooOldError } from './redis-errors.ts';
import { runCommand } from './run-command.ts';

/** BullMQ relies on commands which came with 6.2. */
const OLDEST = { major: 6, minor: 2 };

export async function serverVersion(path: string): Promise<string> {
  return parseServerVersion(await runCommand(path, ['--version'], { timeoutMs: 10_000 }));
}

/** Redis prints `Redis server v=7.0.15 …`, Valkey `Valkey server v=8.1.1 …`. */
export function parseServerVersion(printed: string): string {
  const version = /\bv=(\d+\.\d+\.\d+)/.exec(printed)?.[1];
  if (version === undefined) throw new Error(`not a Redis version: ${printed.slice(0, 200)}`);
  return version;
}

export function refuseTooOld(path: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new RedisTooOldError(path, version, `${OLDEST.major}.${OLDEST.minor}`);
}
