import type { ObjectStorage } from '../object-storage.ts';

interface StorageOptions {
  /** The clock for signing upload URLs. */
  readonly now?: () => Date;
  /** Whether an upload URL may overwrite an object. */
  readonly allowOverwrite?: boolean;
}

/**
 * Features that a server may lack: it ignores the declared checksum of an upload, or the cache header of a form, or obeys
 * headers that are not signed.
 */
type Lack = 'declared-checksum' | 'cache-header-of-forms' | 'unsigned-headers-refused';

/** An adapter. Its bucket exists before the first test, and this process can reach its upload URLs. */
export interface StorageUnderTest {
  /** Opens that bucket; can be called several times. */
  open(options?: StorageOptions): ObjectStorage;
  /** Opens a bucket that does not exist. */
  openMissing(): ObjectStorage;
  readonly lacks?: readonly Lack[];
}
