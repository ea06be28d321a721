export interface Freshness {
  readonly maxAgeS: number;
  /** How long caches may serve a stale picture while they fetch the current one. */
  readonly staleS: number;
}

/**
 * For URLs that name no revision: what they show changes with a new revision.
 *
 * @param endsInS when the URL expires: caches do not keep it longer
 */
export function changingHeaders({ maxAgeS, staleS }: Freshness, endsInS?: number): Readonly<Record<string, string>> {
  const limit = (seconds: number) => Math.max(0, Math.floor(Math.min(seconds, endsInS ?? seconds)));
  const maxAge = limit(maxAgeS);
  const stale = Math.min(staleS, limit(maxAgeS + staleS) - maxAge);
  return {
    'cache-control': `public, max-age=${maxAge}, stale-while-revalidate=${stale}`,
    'cdn-cache-control': `max-age=${maxAge}, stale-while-revalidate=${stale}`,
  };
}
