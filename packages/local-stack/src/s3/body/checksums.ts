import { createHash } from 'node:crypto';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

/** By their names in `x-amz-checksum-*`; `element` is the name in XML. */
const ALGORITHMS = {
  crc32: { element: 'ChecksumCRC32', bytes: 4, create: () => new Crc32() },
  crc32c: { element: 'ChecksumCRC32C', bytes: 4, create: () => new Crc32c() },
  crc64nvme: { element: 'ChecksumCRC64NVME', bytes: 8, create: () => new Crc64Nvme() },
  sha1: { element: 'ChecksumSHA1', bytes: 20, create: () => createHashChecksum('sha1') },
  sha256: { element: 'ChecksumSHA256', bytes: 32, create: () => createHashChecksum('sha256') },
} satisfies Record<string, { element: string; bytes: number; create: () => RunningChecksum }>;

export type ChecksumAlgorithm = keyof typeof ALGORITHMS;

export const checksumAlgorithms = Object.keys(ALGORITHMS).filter(isChecksumAlgorithm);

export function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(ALGORITHMS, name);
}

export function createChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  return ALGORITHMS[algorithm].create();
}

export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return ALGORITHMS[algorithm].element;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm}`;
}

export function isChecksumValue(algorithm: ChecksumAlgorithm, value: string): boolean {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === ALGORITHMS[algorithm].bytes && bytes.toString('base64') === value;
}

/** The checksum of a multipart object: the checksum of the parts' checksums, and the number of parts. */
export async function composeChecksums(
  algorithm: ChecksumAlgorithm,
  values: readonly string[],
): Promise<StoredChecksum> {
  const checksum = createChecksum(algorithm);
  for (const value of values) checksum.update(Buffer.from(value, 'base64'));
  const digest = Buffer.from(await checksum.digest()).toString('base64');
  return { algorithm, value: `${digest}-${values.length}`, type: 'COMPOSITE' };
}

/** The XML elements of a checksum in responses. */
export function checksumElements(checksum: StoredChecksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type };
}

export function checksumHeaders(checksum: StoredChecksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

function createHashChecksum(name: 'sha1' | 'sha256'): RunningChecksum {
  const hash = createHash(name);
  return { update: (chunk) => void hash.update(chunk), digest: async () => hash.digest() };
}
