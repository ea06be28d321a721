import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Claims a folder for one process: two stacks on the same data would ruin each other's. It is a socket that is listened
 * on, so that it is free again the moment its holder is gone, however that happened.
 *
 * @returns undefined when another process holds the folder
 */
export async function lockFolder(dir: string): Promise<FolderLock | undefined> {
  const name = `imagemill-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`;
  // Linux has names for sockets that are no files, so that nothing is ever left of them.
  if (process.platform === 'linux') return claim(`\0${name}`);
  // Not in the folder itself: a socket's path can have some hundred characters only.
  const path = join(tmpdir(), `${name}.sock`);
  return (await claim(path)) ?? (await claimIfStale(path));
}

async function claim(path: string): Promise<FolderLock | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return {
    async release() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** A holder that was killed leaves its socket's file behind, and nobody answers there. */
async function claimIfStale(path: string): Promise<FolderLock | undefined> {
  const socket = connect(path);
  const isHeld = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  if (isHeld) return undefined;
  await rm(path, { force: true });
  return claim(path);
}
