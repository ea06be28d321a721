/** Aborts with the caller's signal, or with a `TimeoutError` after so many ms. */
export function withTimeout(timeoutMs: number, signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

export const isTimeout = (error: unknown): boolean => (error as { name?: string } | null)?.name === 'TimeoutError';
