import { createHash, timingSafeEqual } from 'node:crypto';
import { Tenant } from '@imagemill/variants';
import { z } from 'zod';

export const Scope = z.enum(['upload', 'admin', 'storage']);
export type Scope = z.infer<typeof Scope>;

/** Who a request comes from, and what they may do. */
export interface Caller {
  readonly tenant: Tenant;
  readonly scopes: ReadonlySet<Scope>;
}

interface ApiKey extends Caller {
  /** SHA-256 of the key: enough for a random secret of 256 bits, which nobody can guess from its hash. */
  readonly hash: Buffer;
}

const form = /^(?<tenant>[^:]+):(?<scopes>[a-z+]+):(?<hash>[0-9a-f]{64})$/;

/** `tenant:scope+scope:sha256hex`, several separated by commas. A tenant may have several keys, for rotation. */
export const ApiKeys = z.string().transform((text, context): readonly ApiKey[] =>
  text.split(',').flatMap((entry, index) => {
    const fields = form.exec(entry.trim())?.groups;
    const tenant = Tenant.safeParse(fields?.tenant);
    const scopes = z.array(Scope).min(1).safeParse(fields?.scopes?.split('+'));
    if (!fields?.hash || !tenant.success || !scopes.success) {
      context.addIssue({ code: 'custom', message: `entry ${index + 1} is not tenant:scope+scope:sha256hex` });
      return [];
    }
    return [{ tenant: tenant.data, scopes: new Set(scopes.data), hash: Buffer.from(fields.hash, 'hex') }];
  }),
);

export interface Authenticator {
  /** Who the key belongs to; undefined for a key that nobody has. */
  identify(key: string): Caller | undefined;
}

export function createAuthenticator(keys: readonly ApiKey[]): Authenticator {
  return {
    identify(key) {
      const hash = createHash('sha256').update(key).digest();
      // Every entry is compared, so that the time tells nothing of where a match was.
      return keys.reduce<Caller | undefined>(
        (found, entry) => (timingSafeEqual(entry.hash, hash) ? entry : found),
        undefined,
      );
    },
  };
}
