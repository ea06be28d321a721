import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heldManifest, isHeld, judgeHeld, type Moderation } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import {
  type CategorySpec,
  loadCategories,
  originalKey,
  renditionFolder,
  renditionKey,
  SigningKeys,
  signedSizeUrl,
} from '@imagemill/variants';
import { afterAll, expect, test } from 'vitest';
import { newImage, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest, subjectOf } from '../test-support/publish-manifest.ts';

const box = { name: 'tiny', width: 9, height: 9, fit: 'cover', format: 'webp', quality: 50 } as const;
const sets = { shots: { moderation: true, variants: [box] } };
const setsFile = join(tmpdir(), `imagemill-moderated-${randomUUID()}.json`);
await writeFile(setsFile, JSON.stringify(sets));
afterAll(() => rm(setsFile));

const spec = (await loadCategories(sets)).get('shots') as CategorySpec;
const keys = SigningKeys.parse(`k1:acme:${'ab'.repeat(32)}`);
const EDGE_OPEN_SIZES = [{ w: 9, h: 9, fit: 'cover' as const }];
const edge = useEdge({ env: { VARIANT_SETS_FILE: setsFile, EDGE_SIGNING_KEYS: keys, EDGE_OPEN_SIZES } });

async function shot(): Promise<RenderImage> {
  const image = newImage({ category: 'shots' });
  const stored = { ...image, originalKey: originalKey({ ...image, contentType: 'image/jpeg' }) };
  await upload(edge, stored);
  return stored;
}

const at = new Date().toISOString();
const hold: Moderation = { verdict: 'hold', by: 'service', at };

const held = async (image: RenderImage) =>
  edge.manifests.publish(heldManifest({ ...(await subjectOf(edge, image)), moderation: hold }), undefined);

async function judge(image: RenderImage, verdict: 'allow' | 'reject') {
  await held(image);
  const stored = await edge.manifests.read(image.imageId);
  if (isHeld(stored)) await judgeHeld(edge.manifests, stored, { verdict, by: 'operator' });
}

const ready = (image: RenderImage, moderation?: Moderation) =>
  publishManifest(edge, image, { ...spec, ...(moderation && { moderation }) });

/** How an image got here, and what every URL that is not stored answers. */
const states: Record<string, readonly [status: number, (image: RenderImage) => Promise<unknown>]> = {
  'without a verdict': [404, async () => {}],
  held: [404, held],
  'released, but not rendered': [404, (image) => judge(image, 'allow')],
  'ready from the time before moderation': [404, (image) => ready(image)],
  'rejected by an operator': [410, (image) => judge(image, 'reject')],
  'ready, and allowed': [200, (image) => ready(image, { verdict: 'allow', by: 'service', at })],
};

const [key] = keys;
const urls: Record<string, (image: RenderImage) => string | Promise<string>> = {
  planned: ({ imageId }) =>
    `/${renditionKey({ imageId, revision: spec.revision, visibility: 'public', variant: 'tiny', format: 'webp' })}`,
  friendly: ({ imageId }) => `/images/${imageId}/tiny.webp`,
  'friendly with its revision': ({ imageId }) => `/images/${imageId}/tiny.webp?v=${spec.revision}`,
  'a signed size': ({ imageId }) =>
    signedSizeUrl({ baseUrl: '', imageId, size: { w: 8 }, key: key as NonNullable<typeof key> }),
  'an open size': ({ imageId }) => `/images/${imageId}?w=9&h=9&fit=cover`,
};

const cases = Object.entries(states).flatMap(([state, [status, bring]]) =>
  Object.entries(urls).map(([what, urlOf]) => [what, state, status, bring, urlOf] as const),
);

test.each(cases)('a URL (%s) of an image that is %s answers %i', async (_what, _state, status, bring, urlOf) => {
  const image = await shot();
  await bring(image);
  const answer = await edge.get(await urlOf(image));
  expect(answer.status).toBe(status);
  const stored = await edge.storage.list({ prefix: renditionFolder({ ...image, visibility: 'public' }) });
  expect(stored.objects).toHaveLength(status === 200 ? 1 : 0);
  if (status === 404) expect(answer.headers.get('cache-control')).toBe('public, max-age=2');
});

test('an image that is held while the edge renders it leaves nothing public', async () => {
  const image = await shot();
  await ready(image, { verdict: 'allow', by: 'service', at });
  const { put } = edge.services.miss.cdn;
  const heldInBetween = { ...edge.services.miss.cdn };
  heldInBetween.put = async (object, options) => {
    const outcome = await put(object, options);
    const stored = await edge.manifests.read(image.imageId);
    const manifest = heldManifest({ ...(await subjectOf(edge, image)), moderation: hold });
    await edge.manifests.publish(manifest, stored);
    return outcome;
  };
  Object.assign(edge.services.miss, { cdn: heldInBetween });
  const answer = await edge.get((await urls.planned?.(image)) ?? '');
  Object.assign(edge.services.miss, { cdn: { ...heldInBetween, put } });
  expect(answer.status).toBe(404);
  const stored = await edge.storage.list({ prefix: renditionFolder({ ...image, visibility: 'public' }) });
  expect(stored.objects).toEqual([]);
});
