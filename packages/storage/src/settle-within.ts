interface Ends {
  readonly msMax?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settles with the work, or rejects when its time is over or the signal is aborted. The work itself goes on: it is for parts of the SDK
 * that accept no signal, such as the load of credentials, which all calls share.
 *
 * @throws the signal's reason; Error if it takes too long
 */
export async function settleWithin<T>(work: Promise<T>, { msMax, signal }: Ends): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const tooLong = () => reject(new Error(`It took more than ${msMax} ms.`));
  const timer = msMax === undefined ? undefined : setTimeout(tooLong, msMax);
  const abort = () => reject(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([ended, work]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
