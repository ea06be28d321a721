import { expect, test } from 'vitest';
import { reliabilityPage } from './reliability-page.ts';

test('docs/reliability.md has the figures of docs/reliability.json, and what the runs noted', async () => {
  const page = await reliabilityPage();
  expect(page).toMatch(/- \*\*redis-failover\*\*: another server was the primary after at most [\d.]+ s/);
  expect(page).toMatch(/- \*\*hostile\*\*: peak memory of a worker/);
  await expect(page).toMatchFileSnapshot('../../../docs/reliability.md');
});
