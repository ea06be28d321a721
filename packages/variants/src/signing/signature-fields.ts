import { z } from 'zod';

/** Longer queries are not read: all parameters of a signed URL take at most 200 characters. */
export const QUERY_CHARS_MAX = 2_048;

/** The parameters of a signature. Each value has exactly one spelling: what is signed and what is read cannot differ. */
export const signatureFields = {
  /** Unix time in seconds. */
  exp: z
    .string()
    .regex(/^[1-9][0-9]{9}$/, 'must be a Unix time in seconds')
    .transform(Number),
  kid: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be the id of a signing key'),
  // 32 bytes have 43 characters, the last of which has four bits.
  s: z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 43 characters of base64url'),
};

export interface SignatureProblem<Code extends string = SignatureProblemCode> {
  readonly ok: false;
  readonly code: Code;
  readonly message: string;
}

export type SignatureProblemCode =
  | 'signature-required'
  | 'invalid-signature'
  | 'unknown-signing-key'
  | 'signature-expired';
