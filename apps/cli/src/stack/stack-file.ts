import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from './is-alive.ts';
import { writeJson } from './write-json.ts';

/** The addresses and development keys of a running stack, for other programs. */
export const StackFile = z.object({
  apiUrl: z.url(),
  apiKey: z.string(),
  adminKey: z.string(),
  s3Endpoint: z.url(),
  s3AccessKeyId: z.string(),
  s3SecretAccessKey: z.string(),
  originalsBucket: z.string(),
  cdnBucket: z.string(),
  cdnBaseUrl: z.url(),
  /** Absent if the stack runs no edge. */
  edgeUrl: z.url().optional(),
  /** As in EDGE_SIGNING_KEYS. Absent in a stack of an earlier version. */
  signingKeys: z.string().optional(),
  /** Absent if the console could not be built. */
  consoleUrl: z.url().optional(),
  redisUrl: z.string(),
  pids: z.object({
    stack: z.int(),
    redis: z.int().optional(),
    s3: z.int().optional(),
    api: z.int(),
    workers: z.array(z.int()),
    edge: z.int().optional(),
  }),
});
export type StackFile = z.infer<typeof StackFile>;

const pathIn = (dir: string) => join(dir, 'stack.json');

/** The stack that runs in `dir`. Undefined if none runs, even if a killed one left a stale or truncated file. */
export async function readStackFile(dir: string): Promise<StackFile | undefined> {
  const parsed = StackFile.safeParse(await readJson(pathIn(dir)));
  return parsed.success && isAlive(parsed.data.pids.stack) ? parsed.data : undefined;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

export async function writeStackFile(dir: string, stack: StackFile): Promise<void> {
  await writeJson(pathIn(dir), stack);
}

export async function removeStackFile(dir: string): Promise<void> {
  await rm(pathIn(dir), { force: true });
}
