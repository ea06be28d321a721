import { Tenant } from '@imagemill/variants';
import { z } from 'zod';
import { hashApiKey } from './api-key.ts';
import { type Scope, Scopes } from './scope.ts';

/** A key from the environment variable API_KEYS. It works without Redis and does not expire. */
export interface ConfiguredKey {
  readonly tenant: Tenant;
  readonly scopes: readonly Scope[];
  readonly hash: Buffer;
}

const form = /^(?<tenant>[^:]+):(?<scopes>[a-z+]+):(?<hash>[0-9a-f]{64})$/;

/** `tenant:scope+scope:sha256hex`, several separated by commas. A tenant may have several keys, for rotation. */
export const ConfiguredKeys = z.string().transform((text, context): readonly ConfiguredKey[] =>
  text.split(',').flatMap((entry, index) => {
    const fields = form.exec(entry.trim())?.groups;
    const tenant = Tenant.safeParse(fields?.tenant);
    const scopes = Scopes.safeParse(fields?.scopes?.split('+'));
    if (!fields?.hash || !tenant.success || !scopes.success) {
      context.addIssue({ code: 'custom', message: `entry ${index + 1} is not tenant:scope+scope:sha256hex` });
      return [];
    }
    return [{ tenant: tenant.data, scopes: scopes.data, hash: Buffer.from(fields.hash, 'hex') }];
  }),
);

/** The entry of `API_KEYS` for a key. */
export function configuredKeyEntry(key: string, tenant: string, scopes: readonly Scope[]): string {
  return `${tenant}:${scopes.join('+')}:${hashApiKey(key).toString('hex')}`;
}
