import { Tenant } from '@imagemill/variants';
import { afterEach, expect, test, vi } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { createUploadLooks } from './upload-looks.ts';

afterEach(() => {
  vi.useRealTimers();
  return closeQueues();
});

async function harness() {
  const { redis, prefix } = await queueHarness();
  // Scripts get the time from this process.
  vi.useFakeTimers({ toFake: ['Date'] });
  const looks = createUploadLooks(redis, prefix);
  const tenantOf = async (limit = 10) => (await looks.take(limit)).looks.map(({ address }) => address.tenant);
  return { looks, tenantOf, keys: () => redis.keys(`${prefix}:looks*`) };
}

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const ofTenant = (tenant: string) => renderJob(Tenant.parse(tenant));

test('a look is due after its delay, and not again while it is leased', async () => {
  const { looks } = await harness();
  const image = renderJob();
  await looks.add([image], 5_000);
  expect((await looks.take(10)).looks).toEqual([]);
  pass(5_000);
  const expiresAt = Date.parse(image.uploadExpiresAt);
  expect((await looks.take(10)).looks).toMatchObject([
    { originalKey: image.originalKey, uploadExpiresAt: expiresAt, inParts: false, address: { imageId: image.imageId } },
  ]);
  expect((await looks.take(10)).looks).toEqual([]);
});

test('a look of a process that died is due again', async () => {
  const { looks } = await harness();
  await looks.add([renderJob()], 0);
  await looks.take(10);
  pass(30_000);
  expect((await looks.take(10)).looks).toHaveLength(1);
});

test('tenants take turns, whatever the number of their looks', async () => {
  const { looks, tenantOf } = await harness();
  await looks.add(
    Array.from({ length: 30 }, () => ofTenant('flood')),
    0,
  );
  pass(1_000);
  await looks.add([ofTenant('small')], 0);
  pass(1);
  expect(new Set(await tenantOf())).toEqual(new Set(['flood']));
  expect(await tenantOf()).toEqual(['small']);
  expect(await tenantOf()).toHaveLength(10);
});

test('new looks neither delay nor advance the turn of their tenant', async () => {
  const { looks, tenantOf } = await harness();
  await looks.add([ofTenant('first'), ofTenant('first')], 0);
  pass(10);
  await looks.add([ofTenant('second')], 0);
  pass(10);
  await looks.add([ofTenant('first')], 0);
  expect(await tenantOf(1)).toEqual(['first']);
  pass(10);
  await looks.add([ofTenant('first')], 0);
  expect(await tenantOf(1)).toEqual(['second']);
});

test('a settled look is due at its new time, or ends and leaves no key behind', async () => {
  const { looks, keys } = await harness();
  await looks.add([renderJob(), renderJob()], 0);
  const leased = await looks.take(10);
  const [later, ended] = leased.looks;
  if (!later || !ended) throw new Error('two looks are due');
  await looks.settle(leased, [
    { look: later, nextAt: Date.now() + 1_000 },
    { look: ended, nextAt: undefined },
  ]);
  pass(1_000);
  const again = await looks.take(10);
  expect(again.looks).toEqual([later]);
  await looks.settle(again, [{ look: later, nextAt: undefined }]);
  expect(await keys()).toEqual([]);
});

test('a look that was removed or added during its lease is not changed by the settlement', async () => {
  const { looks } = await harness();
  const [removed, again] = [renderJob(), renderJob()];
  await looks.add([removed, again], 0);
  const leased = await looks.take(10);
  await looks.remove(removed);
  await looks.add([again], 2_000);
  await looks.settle(
    leased,
    leased.looks.map((look) => ({ look, nextAt: undefined })),
  );
  pass(60_000);
  expect((await looks.take(10)).looks).toMatchObject([{ originalKey: again.originalKey }]);
});
