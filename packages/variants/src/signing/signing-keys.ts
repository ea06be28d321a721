import { z } from 'zod';
import { Tenant } from '../keys.ts';

/** A key that signs URLs of its tenant's images. */
export interface SigningKey {
  readonly kid: string;
  readonly tenant: Tenant;
  readonly secret: Uint8Array<ArrayBuffer>;
}

const SECRET_BYTES_MIN = 32;
/** Hex is tried first: 64 hex digits are valid base64url, too. */
const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** The bytes of a signing secret in hex or base64url; undefined if it is neither. */
export function secretBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (HEX.test(text)) return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

const SigningKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}:[^:]+:[^:]+$/, 'must be kid:tenant:secret')
  .transform((text) => text.split(':'))
  .transform(([kid = '', tenant, secret = ''], context) => {
    const owner = Tenant.safeParse(tenant);
    const bytes = secretBytes(secret);
    if (!owner.success) context.addIssue({ code: 'custom', message: `${kid}: the tenant is not valid` });
    else if (!bytes || bytes.length < SECRET_BYTES_MIN) {
      context.addIssue({ code: 'custom', message: `${kid}: the secret must be 32 random bytes in hex or base64url` });
    } else return { kid, tenant: owner.data, secret: bytes };
    return z.NEVER;
  });

/** Parses `kid:tenant:secret,…`. Several keys of one tenant allow changing them one after the other. */
export const SigningKeys = z
  .string()
  .transform((text) => text.split(',').flatMap((entry) => entry.trim() || []))
  .pipe(z.array(SigningKey))
  .superRefine((keys, context) => {
    const twice = keys.find(({ kid }, index) => keys.findIndex((other) => other.kid === kid) !== index);
    if (twice) context.addIssue({ code: 'custom', message: `${twice.kid} is given twice` });
  });
