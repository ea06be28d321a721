import { createHash, randomBytes } from 'node:crypto';

/** Tenants of their own, so that no test sees what another has uploaded. @param count more than there are tests */
export function createTenants(count: number) {
  const keys = Array.from({ length: count }, () => `im_live_${randomBytes(32).toString('base64url')}`);
  const entries = keys.map((key, index) => `seller-${index}:upload:${createHash('sha256').update(key).digest('hex')}`);
  return {
    /** What a stack must have in API_KEYS. */
    apiKeys: entries.join(','),
    /** The key of a tenant that nobody has had yet. */
    next(): string {
      const key = keys.pop();
      if (key === undefined) throw new Error(`There are only ${count} tenants.`);
      return key;
    },
  };
}
