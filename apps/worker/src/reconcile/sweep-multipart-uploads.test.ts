import type { ObjectStorage } from '@imagemill/storage';
import { prefixes } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { byImage, createReconcileHarness, type ReconcileHarness } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

describe('a multipart upload', () => {
  const DAY_MS = 24 * 3600_000;
  const plan = { partSize: 8_388_608, contentLength: 20_000_000 };

  async function begin({ originals }: ReconcileHarness, key: string): Promise<string> {
    const about = { contentType: 'image/jpeg', cacheControl: 'private', metadata: {} };
    return originals.multipart.create({ key, ...about });
  }
  const left = async ({ originals }: ReconcileHarness) =>
    (await originals.multipart.list({ prefix: '' })).uploads.map(({ uploadId }) => uploadId).toSorted();

  /** The storage with uploads listed as one day older. A clock set forward would make request signatures invalid. */
  function agedByOneDay({ originals }: ReconcileHarness, uploadsAPage = 1000): ObjectStorage {
    const { multipart } = originals;
    const list: typeof multipart.list = async (options) => {
      const page = await multipart.list(options);
      const uploads = page.uploads.slice(0, uploadsAPage);
      const nextAfter = page.uploads.length > uploadsAPage ? uploads.at(-1) : page.nextAfter;
      const aged = ({ initiatedAt }: { initiatedAt: Date }) => new Date(initiatedAt.getTime() - DAY_MS - 60_000);
      return { uploads: uploads.map((upload) => ({ ...upload, initiatedAt: aged(upload) })), nextAfter };
    };
    return { ...originals, multipart: { ...multipart, list } };
  }

  test('is aborted after a day if no image waits for it and its key is ours', async () => {
    const all = await createReconcileHarness();
    const [lost, waiting, expired] = [job(), job(), job()];
    const orphan = await begin(all, lost.originalKey);
    const ended = await begin(all, expired.originalKey);
    await all.queue.add({ ...expired, multipart: { ...plan, uploadId: ended } }, 0);
    await all.work(
      async () => ({ outcome: 'expired' }),
      async () => (await all.status(expired)) === 'expired',
    );
    const second = await begin(all, waiting.originalKey);
    const live = await begin(all, waiting.originalKey);
    await all.queue.add({ ...waiting, multipart: { ...plan, uploadId: live } }, 3600_000);
    const foreign = [
      await begin(all, `${prefixes.originals}notes.txt`),
      await begin(all, `backups/${waiting.imageId}`),
    ];
    expect((await all.round()).found).toEqual([]);

    const originals = agedByOneDay(all);
    const found = [lost, waiting, expired].map(({ imageId }) => ({ kind: 'abandoned-parts', imageId }));
    expect((await all.round({ originals, dryRun: true })).found).toEqual(found.toSorted(byImage));
    expect(await left(all)).toEqual([orphan, ended, second, live, ...foreign].toSorted());
    expect((await all.round({ originals })).found).toEqual(found.toSorted(byImage));
    expect(await left(all)).toEqual([live, ...foreign].toSorted());
    expect((await all.round({ originals })).found).toEqual([]);
  });

  test('is found on every page, even after an interruption', async () => {
    const all = await createReconcileHarness();
    const images = Array.from({ length: 3 }, () => job());
    for (const { originalKey } of images) await begin(all, originalKey);
    const originals = agedByOneDay(all, 1);
    const found: unknown[] = [];
    let from: string | undefined;
    do {
      const page = await all.round({ pagesMax: 1, originals, ...(from && { from }) });
      found.push(...page.found);
      from = page.next;
    } while (from !== undefined);
    expect(found).toHaveLength(images.length);
  });
});
