// Over 250 lines: one table of the states that moderation knows, which most tests start from.

import { setTimeout as delay } from 'node:timers/promises';
import { RejectedImageError } from '@imagemill/imaging';
import { createDeletions, createManifests, createPreviews, isHeld, judgeHeld } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { type ImageId, originalFolder, previewKey, renditionFolder } from '@imagemill/variants';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Moderator } from '../moderation/moderate.ts';
import { answerWith, moderatedSets, startModeration } from '../test-support/moderation-harness.ts';
import { job, makeBucket, manifestOf, photo, run, storage, store } from '../test-support/render-harness.ts';
import { closeWebhooks } from '../test-support/webhook-harness.ts';

beforeAll(makeBucket);
afterAll(closeWebhooks);

const manifests = createManifests(storage);
const previews = createPreviews(storage);
const ownSets = moderatedSets();
const shot = () => job({}, 'shots');

type Verdict = 'allow' | 'hold' | 'reject';
const service = (verdict: Verdict, more: object = {}) =>
  startModeration({ answer: (response, asked) => answerWith(response, asked, { verdict, ...more }) });

/** A service that is not asked at the moment. */
const down = (isDown = true): Moderator => ({
  isDown: () => isDown,
  judge: vi.fn(async () => ({
    outcome: 'judged' as const,
    moderation: { verdict: 'hold' as const, by: 'service-down' as const, at: new Date().toISOString() },
  })),
});

async function stored(image: RenderImage) {
  const pages = await Promise.all(
    [renditionFolder({ ...image, visibility: 'public' }), previewKey(image.imageId)].map((prefix) =>
      storage.list({ prefix }),
    ),
  );
  const [renditions = 0, ofPreview = 0] = pages.map(({ objects }) => objects.length);
  return { renditions, previews: ofPreview };
}

async function moderated(image: RenderImage, moderator: Moderator, more: object = {}) {
  const { result } = await run(image, { ownSets, moderator, ...more });
  return result;
}

async function judgedBy(image: RenderImage, verdict: 'allow' | 'reject'): Promise<void> {
  const held = await manifests.read(image.imageId);
  if (!isHeld(held)) throw new Error('It is not held.');
  await judgeHeld(manifests, held, { verdict, by: 'operator', keyId: 'k' });
}

test('an allowed image is rendered, and leaves no preview', async () => {
  const [image, { moderator, asked }] = [shot(), await service('allow')];
  await store(image);
  expect(await moderated(image, moderator)).toEqual({ outcome: 'ready' });
  expect(await manifestOf(image)).toMatchObject({ status: 'ready', moderation: { verdict: 'allow', by: 'service' } });
  expect(await stored(image)).toEqual({ renditions: 1, previews: 0 });
  expect(asked).toHaveLength(1);
});

test('nothing of an image is stored for the public before its verdict', async () => {
  const image = shot();
  await store(image);
  const seen: unknown[] = [];
  const { moderator } = await startModeration({
    answer: async (response, asked) => {
      seen.push(await stored(image));
      answerWith(response, asked, { verdict: 'allow' });
    },
  });
  await moderated(image, moderator);
  expect(seen).toEqual([{ renditions: 0, previews: 1 }]);
});

test('a held image publishes nothing, and keeps its preview', async () => {
  const [image, { moderator }] = [shot(), await service('hold', { code: 'nudity', message: 'Please wait.' })];
  await store(image);
  expect(await moderated(image, moderator)).toEqual({ outcome: 'held' });
  expect(await manifestOf(image)).toMatchObject({
    status: 'held',
    error: { code: 'moderation-held', message: 'Please wait.' },
    moderation: { verdict: 'hold', by: 'service', reason: 'nudity' },
    filename: 'me.jpg',
    metadata: { sku: 'A-17' },
  });
  expect(await stored(image)).toEqual({ renditions: 0, previews: 1 });
});

test('an image that the service rejects is rejected with its message, and leaves no preview', async () => {
  const [image, { moderator }] = [shot(), await service('reject', { message: 'No weapons.' })];
  await store(image);
  const error = { code: 'moderation-rejected', message: 'No weapons.' };
  expect(await moderated(image, moderator)).toEqual({ outcome: 'rejected', error });
  expect(await stored(image)).toEqual({ renditions: 0, previews: 0 });
});

test('a file that is not an image is rejected without a question', async () => {
  const [image, { moderator, asked }] = [shot(), await service('allow')];
  await store(image, Buffer.from('no image'));
  expect(await moderated(image, moderator)).toMatchObject({ outcome: 'rejected' });
  expect(asked).toEqual([]);
});

test('an image of another category is not moderated', async () => {
  const [image, { moderator, asked }] = [job(), await service('reject')];
  await store(image);
  expect(await moderated(image, moderator)).toEqual({ outcome: 'ready' });
  expect(await manifestOf(image)).not.toHaveProperty('moderation');
  expect(asked).toEqual([]);
});

/** States of an image that moderation knows, and how it gets there. */
const states = {
  held: async (image: RenderImage) => void (await moderated(image, (await service('hold')).moderator)),
  'held while the service was down': async (image: RenderImage) => void (await moderated(image, down(false))),
  released: async (image: RenderImage) => {
    await states.held(image);
    await judgedBy(image, 'allow');
  },
  'rejected by an operator': async (image: RenderImage) => {
    await states.held(image);
    await judgedBy(image, 'reject');
  },
  'ready after a verdict': async (image: RenderImage) =>
    void (await moderated(image, (await service('allow')).moderator)),
  'ready before its category was moderated': async (image: RenderImage) => {
    const unmoderated = { shots: { ...ownSets.shots, moderation: false } };
    await (await run(image, { ownSets: unmoderated })).result;
  },
};
type State = keyof typeof states;

const end = (status: string, renditions: number, previews: number, asked: number) => ({
  status,
  renditions,
  previews,
  asked,
});

/** What a run of the job finds and leaves, with a service that answers `allow`, `hold` or `reject`. */
const reruns: Record<State, Record<Verdict, ReturnType<typeof end>>> = {
  held: { allow: end('held', 0, 1, 0), hold: end('held', 0, 1, 0), reject: end('held', 0, 1, 0) },
  'held while the service was down': {
    allow: end('ready', 1, 0, 1),
    hold: end('held', 0, 1, 1),
    reject: end('rejected', 0, 0, 1),
  },
  released: { allow: end('ready', 1, 0, 0), hold: end('ready', 1, 0, 0), reject: end('ready', 1, 0, 0) },
  'rejected by an operator': {
    allow: end('rejected', 0, 0, 0),
    hold: end('rejected', 0, 0, 0),
    reject: end('rejected', 0, 0, 0),
  },
  'ready after a verdict': { allow: end('ready', 1, 0, 0), hold: end('ready', 1, 0, 0), reject: end('ready', 1, 0, 0) },
  'ready before its category was moderated': {
    allow: end('ready', 1, 0, 1),
    hold: end('held', 0, 1, 1),
    reject: end('rejected', 0, 0, 1),
  },
};

const rerunCases = Object.entries(reruns).flatMap(([state, verdicts]) =>
  Object.entries(verdicts).map(([verdict, expected]) => [state, verdict, expected] as const),
);

test.each(rerunCases)(
  'a run for an image that is %s, with a service that answers %s',
  async (state, verdict, expected) => {
    const [image, { moderator, asked }] = [shot(), await service(verdict as Verdict)];
    await store(image);
    await states[state as State](image);
    const result = await moderated(image, moderator);
    expect(result.outcome).toBe(expected.status);
    expect({ status: (await manifestOf(image))?.status, ...(await stored(image)), asked: asked.length }).toEqual(
      expected,
    );
  },
);

test.each(Object.keys(states))('the deletion of an image that is %s leaves only its tombstone', async (state) => {
  const image = shot();
  await store(image);
  await states[state as State](image);
  await createDeletions(storage, manifests).begin(image);
  expect(await moderated(image, down())).toEqual({ outcome: 'deleted' });
  expect(await stored(image)).toEqual({ renditions: 0, previews: 0 });
  expect((await storage.list({ prefix: originalFolder(image) })).objects).toEqual([]);
  expect(await manifestOf(image)).toMatchObject({ status: 'deleted' });
});

test.each(['held', 'released'] as const)(
  'other bytes of an image that is %s need a verdict of their own',
  async (state) => {
    const [image, { moderator, asked }] = [shot(), await service('reject')];
    await store(image);
    await states[state](image);
    // On storage that cannot prevent a second upload.
    await store(image, Buffer.concat([photo, Buffer.of(0)]));
    expect(await moderated(image, moderator)).toMatchObject({ outcome: 'rejected' });
    expect(asked).toHaveLength(1);
  },
);

test('a service that is still down is not asked, and the hold stays the same', async () => {
  const image = shot();
  await store(image);
  await states['held while the service was down'](image);
  const before = await manifestOf(image);
  for (const moderator of [down(true), down(false)]) {
    expect(await moderated(image, moderator)).toEqual({ outcome: 'held' });
    expect(await manifestOf(image)).toEqual(before);
  }
});

test('a run that finds no slot for a question is postponed, and stores nothing', async () => {
  const image = shot();
  await store(image);
  const busy: Moderator = {
    isDown: () => false,
    judge: async () => ({ outcome: 'postponed', reason: 'moderation-busy', retryAfterMs: 5 }),
  };
  expect(await moderated(image, busy)).toMatchObject({ outcome: 'postponed', reason: 'moderation-busy' });
  expect(await manifestOf(image)).toBeUndefined();
  expect(await stored(image)).toEqual({ renditions: 0, previews: 0 });
});

const ends = {
  postponed: {
    ...down(),
    judge: async () => ({ outcome: 'postponed' as const, reason: 'moderation-busy' as const, retryAfterMs: 5 }),
  },
  held: down(),
  failed: { ...down(), judge: () => Promise.reject(new Error('The preview was not stored.')) },
  rejected: { ...down(), judge: () => Promise.reject(new RejectedImageError('too-complex')) },
} satisfies Record<string, Moderator>;

test.each(Object.entries(ends))(
  'a run that ends as %s has ended its report of progress before',
  async (end, moderator) => {
    const image = shot();
    await store(image);
    const events: string[] = [];
    const { result } = await run(image, {
      ownSets,
      moderator,
      // Slower than all that follows.
      beforeReport: async () => {
        await delay(50);
        events.push('reported');
      },
    });
    await result.then(
      ({ outcome }) => events.push(outcome),
      () => events.push('failed'),
    );
    expect(events).toEqual(['reported', end]);
  },
);

test('the public URLs of a ready image that is held or rejected are purged', async () => {
  for (const verdict of ['hold', 'reject'] as const) {
    const image = shot();
    await store(image);
    await states['ready before its category was moderated'](image);
    const add = vi.fn(async () => {});
    await moderated(image, (await service(verdict)).moderator, { purges: { add } });
    expect(add.mock.calls).toEqual([
      [expect.objectContaining({ imageId: image.imageId }), verdict === 'hold' ? 'held' : 'rejected'],
    ]);
  }
});

test('previews are listed by age, page by page', async () => {
  const images = [shot(), shot(), shot()].map(({ imageId }) => imageId).sort();
  for (const imageId of images) await previews.put(imageId, photo);
  const listed = [];
  let after: ImageId | undefined;
  do {
    const page = await previews.list({ after, limit: 2 });
    listed.push(...page.previews.map(({ imageId }) => imageId));
    after = page.next;
  } while (after !== undefined);
  expect(listed.filter((imageId) => images.includes(imageId))).toEqual(images);
});
