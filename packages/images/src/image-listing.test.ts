import type { ImageIndex } from '@imagemill/queue';
import { ImageId, Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createListImages } from './image-listing.ts';
import type { ImageRecords } from './image-record.ts';

const [acme, other] = ['acme', 'other'].map((name) => Tenant.parse(name)) as [Tenant, Tenant];

test('a tenant with many listings has a few look-ups at once, and does not delay a listing of another tenant', async () => {
  const ids = Array.from({ length: 100 }, (_, index) =>
    ImageId.parse(`01a206fb-fa12-72e2-9c6c-${String(index).padStart(12, '0')}`),
  );
  const held = Promise.withResolvers<void>();
  const looked: Tenant[] = [];
  const list = createListImages({
    index: { list: async () => ids, remove: async () => {} } as Partial<ImageIndex> as ImageIndex,
    queue: { possible: async (all) => all },
    records: {
      async find(tenant: Tenant) {
        looked.push(tenant);
        if (tenant === acme) await held.promise;
        return undefined;
      },
    } as Partial<ImageRecords> as ImageRecords,
    categories: new Map(),
    onUnreadable: () => {},
  });
  const page = { status: 'failed', limit: 100 } as const;
  const flood = Promise.all(Array.from({ length: 12 }, () => list(acme, page)));
  await list(other, page);
  expect(looked.filter((tenant) => tenant === acme)).toHaveLength(8);
  held.resolve();
  await flood;
});
