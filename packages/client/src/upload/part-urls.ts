import type { PartCalls, SignedPart } from './part-calls.ts';

/** URLs per call. More calls cost time; URLs signed too early may expire before their turn. */
const BATCH = 20;

interface PartUrl extends SignedPart {
  readonly expiresAt: string;
}

/** The URLs of the parts of an upload, signed on demand, in batches. */
export interface PartUrls {
  /** @throws ImagemillError */
  urlOf(partNumber: number): Promise<PartUrl>;
  /** After a failure: the next attempt gets a new URL. */
  forget(partNumber: number): void;
}

/** @param missing the numbers of the parts to send, in order */
export function createPartUrls(
  calls: PartCalls,
  imageId: string,
  missing: readonly number[],
  signal?: AbortSignal,
): PartUrls {
  const signed = new Map<number, Promise<PartUrl>>();

  function signFrom(partNumber: number): void {
    const from = missing.indexOf(partNumber);
    const batch = missing.slice(from, from + BATCH).filter((other) => other === partNumber || !signed.has(other));
    const answer = calls.sign(imageId, batch, signal);
    for (const wanted of batch) {
      const url = answer.then(({ parts, expiresAt }) => {
        const part = parts.find((each) => each.partNumber === wanted);
        if (!part) throw new Error(`The API signed no part ${wanted}.`);
        return { ...part, expiresAt };
      });
      signed.set(wanted, url);
      // The caller that needs this URL gets the error, and signs again; other URLs of the batch may never be needed.
      url.catch(() => signed.delete(wanted));
    }
  }

  return {
    async urlOf(partNumber) {
      if (!signed.has(partNumber)) signFrom(partNumber);
      const url = await (signed.get(partNumber) as Promise<PartUrl>);
      if (Date.now() < Date.parse(url.expiresAt)) return url;
      signFrom(partNumber);
      return signed.get(partNumber) as Promise<PartUrl>;
    },
    forget: (partNumber) => signed.delete(partNumber),
  };
}
