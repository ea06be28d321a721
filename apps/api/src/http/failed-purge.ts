import { Problem } from '@imagemill/http';
import type { Context } from 'hono';
import { z } from 'zod';

export const PurgeId = z.uuid();

/** The parameters of a path that names a failed purge. */
export const purgeParams = z.object({ id: PurgeId.meta({ description: 'the id of a purge' }) });

/**
 * Changes the failed purge that the path names. @returns its id
 *
 * @param change returns whether there was one
 * @throws Problem 404 `purge-not-found`
 */
export async function changeFailedPurge(c: Context, change: (id: string) => Promise<boolean>): Promise<string> {
  const id = PurgeId.safeParse(c.req.param('id')).data;
  if (id !== undefined && (await change(id))) return id;
  throw new Problem({ status: 404, code: 'purge-not-found', detail: 'There is no failed purge with this id.' });
}
