import { Problem } from '@imagemill/http';
import type { ImageRecord } from '@imagemill/images';
import type { Context } from 'hono';
import type { ApiServices } from '../http/api-route.ts';
import type { ApiBindings } from '../http/bindings.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { imageIdParam } from './image-id-param.ts';

/**
 * Gives the decision of an operator to the held image that the path names. Idempotent.
 *
 * @throws Problem 404, or 409 `not-held`
 */
export async function judgeHeldImage(
  c: Context<ApiBindings>,
  { heldImages }: ApiServices,
  judgement: { readonly verdict: 'allow' | 'reject'; readonly message?: string | undefined },
): Promise<ImageRecord> {
  const { keyId } = c.var.caller;
  const record = await heldImages.judge(imageIdParam(c), { ...judgement, by: 'operator', keyId });
  if (record === 'not-found') throw imageNotFound();
  if (record !== 'not-held') return record;
  throw new Problem({
    status: 409,
    code: 'not-held',
    detail: 'This image is not held, or already has the opposite decision.',
  });
}
