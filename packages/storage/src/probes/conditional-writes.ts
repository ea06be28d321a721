import type { PutObject } from '../object-storage.ts';
import { answerOf, BODY, type ProbeOptions, type ProbeResult } from './probe.ts';

const RIVALS = 6;
const OTHER_ETAG = '"00000000000000000000000000000000"';

/**
 * Tries conditional writes: on a key that exists, by several requests at once, and with the ETag of another object.
 *
 * @throws StorageError if not even an unconditional write succeeds
 */
export async function probeConditionalWrites(options: ProbeOptions): Promise<readonly ProbeResult[]> {
  const put = createPut(options);
  const key = options.newKey();
  const etag = await put.plain(key);
  const [again, other, own] = [
    await put.answer(key, { ifAbsent: true }),
    await put.answer(key, { ifMatch: OTHER_ETAG }),
    await put.answer(key, { ifMatch: etag }),
  ];
  const contested = options.newKey();
  const rivals = await Promise.all(Array.from({ length: RIVALS }, () => put.answer(contested, { ifAbsent: true })));
  const winners = rivals.filter((answer) => answer === 'stored').length;
  return [
    { capability: 'conditional-create', holds: again === 'precondition-failed', seen: `If-None-Match: *: ${again}` },
    { capability: 'one-winner', holds: winners === 1, seen: `${winners} of ${RIVALS} simultaneous writes stored` },
    {
      capability: 'conditional-replace',
      holds: other === 'precondition-failed' && own === 'stored',
      seen: `If-Match: ${other} with another ETag, ${own} with its own`,
    },
  ];
}

function createPut({ storage, signal }: ProbeOptions) {
  const write = (key: string, condition: Pick<PutObject, 'ifAbsent' | 'ifMatch'> = {}) =>
    storage.put({ key, body: BODY, contentType: 'text/plain', cacheControl: 'no-store', ...condition }, { signal });
  return {
    /** @returns the ETag */
    async plain(key: string): Promise<string> {
      const written = await write(key);
      return written.outcome === 'stored' ? written.etag : '';
    },
    answer: (key: string, condition: Pick<PutObject, 'ifAbsent' | 'ifMatch'>) =>
      answerOf(async () => (await write(key, condition)).outcome),
  };
}
