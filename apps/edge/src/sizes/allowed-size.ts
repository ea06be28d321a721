import {
  type AskedSize,
  createSignatureCheck,
  type ImageId,
  isOpenSize,
  type OpenSize,
  parseSizeQuery,
  type SigningKey,
  signedText,
  sizePath,
  type Tenant,
} from '@imagemill/variants';
import { sizeProblem } from './size-problems.ts';

interface AllowedSize {
  readonly size: AskedSize;
  /** Undefined for an open size. */
  readonly signature: { readonly tenant: Tenant; readonly exp?: number | undefined } | undefined;
}

/**
 * The size that a query asks for, if it is open or has a valid signature. Needs no outside call.
 *
 * @throws Problem 400 or 403
 */
export type AllowSize = (imageId: ImageId, query: string) => Promise<AllowedSize>;

export function createAllowSize(keys: readonly SigningKey[], open: readonly OpenSize[]): AllowSize {
  const check = createSignatureCheck(keys);
  return async (imageId, query) => {
    const parsed = parseSizeQuery(query);
    if (!parsed.ok) throw sizeProblem(parsed);
    const { size, signature } = parsed;
    if (!signature) {
      if (isOpenSize(open, parsed)) return { size, signature: undefined };
      throw sizeProblem({ code: 'signature-required', message: 'This size needs a signature: it is not open.' });
    }
    const checked = await check(signedText(sizePath(imageId), signature.canonicalQuery), signature);
    if (!checked.ok) throw sizeProblem(checked);
    return { size, signature: { tenant: checked.tenant, exp: signature.exp } };
  };
}
