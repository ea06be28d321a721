import {
  createSignatureCheck,
  parsePrivateQuery,
  privateText,
  type RenditionAddress,
  renditionKey,
  type SigningKey,
  type Tenant,
} from '@imagemill/variants';
import { signatureProblem } from '../http/signature-problem.ts';

interface VerifiedUrl {
  /** The owner of the signing key. The image must be its own. */
  readonly tenant: Tenant;
  /** When the URL expires, as Unix time in seconds. */
  readonly exp: number;
}

/** Verifies the signature and the expiry of a private URL. Needs no outside call. @throws Problem 403 */
export type VerifyPrivate = (address: RenditionAddress, query: string) => Promise<VerifiedUrl>;

export function createVerifyPrivate(keys: readonly SigningKey[]): VerifyPrivate {
  const check = createSignatureCheck(keys);
  return async (address, query) => {
    const parsed = parsePrivateQuery(query);
    if (!parsed.ok) throw signatureProblem(parsed);
    const { signature } = parsed;
    const checked = await check(privateText(renditionKey(address), signature), signature);
    if (!checked.ok) throw signatureProblem(checked);
    return { tenant: checked.tenant, exp: signature.exp };
  };
}
