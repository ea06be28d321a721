import { createHash, randomBytes } from 'node:crypto';

/** One tenant per test: tests never see each other's uploads. @param count at least the number of tests */
export function createTenants(count: number) {
  const names = Array.from({ length: count }, (_, index) => `seller-${index}`);
  const unused = names.map((tenant) => ({ tenant, apiKey: `im_live_${randomBytes(32).toString('base64url')}` }));
  const entries = unused.map(
    ({ tenant, apiKey }) => `${tenant}:upload:${createHash('sha256').update(apiKey).digest('hex')}`,
  );
  const take = () => {
    const one = unused.pop();
    if (one === undefined) throw new Error(`There are only ${count} tenants.`);
    return one;
  };
  return {
    names,
    /** The value of API_KEYS for the stack. */
    apiKeys: entries.join(','),
    /** An unused tenant. */
    take,
    /** The key of an unused tenant. */
    next: () => take().apiKey,
  };
}
