import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const entry = { name: 'tiny', width: 9, height: 9, fit: 'cover', format: 'webp', quality: 50 };
const variants = [entry, { ...entry, format: 'jpeg', when: 'request' }];

/** A file with the private category `papers`, which exists until the tests of the file have run. */
export async function privateSetsFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'imagemill-private-'));
  afterAll(() => rm(folder, { recursive: true }));
  const file = join(folder, 'sets.json');
  await writeFile(file, JSON.stringify({ papers: { visibility: 'signed', variants } }));
  return file;
}

/** A signing key of a tenant, as in EDGE_SIGNING_KEYS. */
export const signingKey = (tenant: string, kid = 'k1') => `${kid}:${tenant}:${'ab'.repeat(32)}`;
