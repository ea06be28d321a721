import type { ObjectStorage } from '@imagemill/storage';
import { probeAnonymous } from '@imagemill/storage/probes';
import { type Check, type Outcome, ok, problem } from '../finding.ts';
import type { Stores } from '../stores.ts';

const isReadable = (status: number) => status >= 200 && status < 300;

/** Without credentials, originals and private pictures cannot be read, and buckets cannot be listed. */
export const accessCheck = ({ originals, cdn, objects }: Stores): Check => ({
  name: 'access',
  async run(signal) {
    const outcomes = await Promise.all(
      [originals, cdn].map((storage) => privateOutcome(storage, objects.newKey(storage), signal)),
    );
    return outcomes.flat();
  },
});

async function privateOutcome(storage: ObjectStorage, key: string, signal: AbortSignal): Promise<Outcome[]> {
  const body = Buffer.from('private\n');
  await storage.put({ key, body, contentType: 'text/plain', cacheControl: 'no-store' }, { signal });
  const { object, list } = await probeAnonymous(storage, key, signal);
  const { bucket } = storage;
  const fix = 'Remove the public policy or ACL; only images/ of the CDN bucket may be public.';
  return [
    isReadable(object)
      ? problem(`${bucket}: an object outside of images/ can be read without credentials`, fix)
      : ok(`${bucket}: private objects cannot be read without credentials`),
    isReadable(list)
      ? problem(`${bucket}: its objects can be listed without credentials`, fix)
      : ok(`${bucket}: cannot be listed without credentials`),
  ];
}
