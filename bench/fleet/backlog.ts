import type { Contender } from '../api/contenders.ts';

/** What the autoscaler reads. */
export async function readBacklog({ url, headers }: Contender): Promise<number> {
  const response = await fetch(new URL('/v1/backlog', url), { headers });
  if (!response.ok) throw new Error(`The backlog responded ${response.status}.`);
  return ((await response.json()) as { backlog: number }).backlog;
}
