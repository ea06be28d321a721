import { z } from 'zod';
import { type Signed, signedText } from '../signing/signature.ts';
import { QUERY_CHARS_MAX, type SignatureProblem, signatureFields } from '../signing/signature-fields.ts';

/**
 * What the signature of a private URL covers: `/{key}?exp={exp}&kid={kid}`. The path has no prefix of a CDN. The CDN code in deploy/edge
 * verifies the same text.
 *
 * @param key of a private rendition, in the CDN bucket
 */
export const privateText = (key: string, { exp, kid }: { readonly exp: number; readonly kid: string }) =>
  signedText(`/${key}`, `exp=${exp}&kid=${kid}`);

const Values = z.object(signatureFields);
export type PrivateSignature = Required<Signed> & { readonly exp: number };

/**
 * Reads the signature of a private URL. Parameters of other names are ignored; a repeated one of these is a problem.
 *
 * @param query of a URL, with or without the question mark
 */
export function parsePrivateQuery(
  query: string,
): { readonly ok: true; readonly signature: PrivateSignature } | SignatureProblem {
  if (query.length > QUERY_CHARS_MAX) return required;
  const given = [...new URLSearchParams(query)].filter(([name]) => Object.hasOwn(signatureFields, name));
  const values = new Map(given);
  const parsed = Values.safeParse(Object.fromEntries(values));
  return parsed.success && values.size === given.length ? { ok: true, signature: parsed.data } : required;
}

const required: SignatureProblem = {
  ok: false,
  code: 'signature-required',
  message: 'This URL needs exp, kid and s, each exactly once.',
};
