import { conditionHolds, isConditional } from './condition.ts';
import { toStorageError } from './errors.ts';
import { unquoted } from './object-headers.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectWriter } from './object-writer.ts';

interface Looks {
  readonly head: ObjectStorage['head'];
  readonly probe: ObjectStorage['probe'];
  /** The wait between a write and the second look. */
  readonly settle: (signal?: AbortSignal) => Promise<unknown>;
}

/**
 * Conditional writes for a server that has none (ADR 69): looks at the key before the write, and once more after it. A write of another
 * process in between is detected, if it ends before the second look; it is not prevented. The last write stays, and the others report
 * that they have failed.
 */
export function detectConflicts(write: ObjectWriter, { head, probe, settle }: Looks): ObjectWriter {
  const failed = { outcome: 'precondition-failed' } as const;
  return async (object, signal) => {
    if (!isConditional(object)) return write(object, signal);
    if (!conditionHolds(object, await head(object.key, { signal }))) {
      // HEAD has the same answer for a missing object and a missing bucket.
      await probe({ signal });
      return failed;
    }
    const { ifMatch: _, ifAbsent: __, ...unconditional } = object;
    const written = await write(unconditional, signal);
    if (written.outcome !== 'stored') return written;
    await settle(signal).catch((error: unknown) => {
      throw toStorageError(error);
    });
    const found = await head(object.key, { signal });
    return found && unquoted(found.etag) === unquoted(written.etag) ? written : failed;
  };
}
