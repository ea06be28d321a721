import { createHash, randomBytes } from 'node:crypto';

/** One tenant per test: tests never see each other's uploads. @param count at least the number of tests */
export function createTenants(count: number) {
  const keys = Array.from({ length: count }, () => `im_live_${randomBytes(32).toString('base64url')}`);
  const entries = keys.map((key, index) => `seller-${index}:upload:${createHash('sha256').update(key).digest('hex')}`);
  return {
    /** The value of API_KEYS for the stack. */
    apiKeys: entries.join(','),
    /** The key of an unused tenant. */
    next(): string {
      const key = keys.pop();
      if (key === undefined) throw new Error(`There are only ${count} tenants.`);
      return key;
    },
  };
}
