import { runCommand } from './host-programs.ts';
import { RedisTooOldError } from './redis-errors.ts';

/** A Redis server that this machine can run. With `container`, `path` is the container engine. */
export interface RedisServerBinary {
  readonly kind: 'configured' | 'path' | 'cache' | 'debian' | 'container';
  readonly path: string;
  readonly version: string;
}

export interface RedisSearch {
  readonly env: NodeJS.ProcessEnv;
  /** For downloads; the copy of Redis is in the subfolder `redis`. */
  readonly cacheDir: string;
  readonly onProgress: (message: string) => void;
}

/** BullMQ uses commands that were added in 6.2. */
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

/** @throws RedisTooOldError */
export function assertSupported(path: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new RedisTooOldError(path, version, `${OLDEST.major}.${OLDEST.minor}`);
}
