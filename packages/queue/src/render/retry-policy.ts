/** Retries after faults on our side (storage, network, a crash): after 5, 10, 20 and 40 s, minus up to a quarter. */
export const retryPolicy = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 5_000, jitter: 0.25 },
} as const;
