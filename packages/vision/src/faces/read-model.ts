import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** @throws Error if the file is missing, or has another SHA-256 (in hex digits) */
export function readModel(path: string, expected: string): Uint8Array {
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== expected) throw new Error(`${path} has the SHA-256 ${sha256}, not ${expected}.`);
  return bytes;
}
