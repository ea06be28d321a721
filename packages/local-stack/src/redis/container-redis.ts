import { executableOnPath, runCommand } from './host-programs.ts';
import { parseServerVersion, type RedisSearch, type RedisServerBinary } from './redis-server-binary.ts';

export const CONTAINER_IMAGE = 'docker.io/library/redis:8.10.2';

/** A container engine that answers, with Redis's image pulled. */
export async function findContainerRedis({ env, onProgress }: RedisSearch): Promise<RedisServerBinary | undefined> {
  const path = await executableOnPath(env.PATH, 'docker', 'podman');
  if (path === undefined) return undefined;
  // The client may be installed without its daemon: ask before the slow pull.
  await runCommand(path, ['info'], { timeoutMs: 20_000 });
  onProgress(`Using ${CONTAINER_IMAGE} with ${path}`);
  const askVersion = ['run', '--rm', CONTAINER_IMAGE, 'redis-server', '--version'];
  return {
    kind: 'container',
    path,
    version: parseServerVersion(await runCommand(path, askVersion, { timeoutMs: 300_000 })),
  };
}
