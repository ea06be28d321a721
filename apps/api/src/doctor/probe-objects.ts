import { randomUUID } from 'node:crypto';
import type { ObjectStorage } from '@imagemill/storage';
import { doctorKey } from '@imagemill/variants';
import { type Outcome, problem } from './finding.ts';

const DELETE_WITHIN_MS = 15_000;

/** The objects that the checks may have written, for their deletion at the end. */
export function createProbeObjects() {
  const written: { storage: ObjectStorage; key: string }[] = [];

  return {
    /** Notes a key that a check is about to write. */
    note(storage: ObjectStorage, key: string): string {
      written.push({ storage, key });
      return key;
    },
    newKey(storage: ObjectStorage): string {
      return this.note(storage, doctorKey(randomUUID()));
    },
    /** Deletes all of them, also those that a check has not written after all. @returns one problem if some may be left */
    async deleteAll(): Promise<readonly Outcome[]> {
      const signal = AbortSignal.timeout(DELETE_WITHIN_MS);
      const results = await Promise.allSettled(written.map(({ storage, key }) => storage.delete(key, { signal })));
      const left = written.filter((_, index) => results[index]?.status === 'rejected');
      if (left.length === 0) return [];
      const names = left.map(({ storage, key }) => `${storage.bucket}/${key}`);
      return [
        problem(
          `${left.length} test objects could not be deleted, such as ${names[0]}`,
          'Allow s3:DeleteObject for these credentials, and delete the objects that begin with canaries/doctor/.',
        ),
      ];
    },
  };
}

export type ProbeObjects = ReturnType<typeof createProbeObjects>;
