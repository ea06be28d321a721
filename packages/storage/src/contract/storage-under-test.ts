import type { ObjectStorage } from '../object-storage.ts';

interface StorageOptions {
  /** The clock that upload URLs are signed by. */
  readonly now?: () => Date;
  /** Whether an upload URL may store over an object. */
  readonly allowOverwrite?: boolean;
}

/** What a server may lack: it ignores the declared checksum of an upload, or the cache header of a form. */
type Lack = 'declared-checksum' | 'cache-header-of-forms';

/** An adapter, with a bucket that is there before the first test, and whose upload URLs this process reaches. */
export interface StorageUnderTest {
  /** The storage of that one bucket, as often as it is called. */
  open(options?: StorageOptions): ObjectStorage;
  /** The storage of a bucket that is not there. */
  openMissing(): ObjectStorage;
  readonly lacks?: readonly Lack[];
}
