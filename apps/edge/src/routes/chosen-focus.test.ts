import { expect, test } from 'vitest';
import { avatar, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

/** Its detector always fails, as if its runtime was not installed. */
const edge = useEdge({ detector: { detect: () => Promise.reject(new Error('It is not there.')) } });

test('without face detection and without a decision, entries with the position "face" are left to the worker', async () => {
  const image = newImage();
  await upload(edge, image);
  const response = await edge.get(pathOf(image));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: 'not-rendered-yet' });
  expect(response.headers.get('retry-after')).toBe('2');
  expect(await edge.storage.head(pathOf(image).slice(1))).toBeUndefined();
});

test('the decision of the manifest is obeyed, if it is of the same revision', async () => {
  const [left, right, earlier] = [newImage(), newImage(), newImage()];
  for (const image of [left, right, earlier]) await upload(edge, image);
  await publishManifest(edge, left, { chosenFocus: { x: 0.1, y: 0, by: 'face' } });
  await publishManifest(edge, right, { chosenFocus: { x: 0.1, y: 0, by: 'face' } });
  await publishManifest(edge, earlier, { revision: 'abcdefabcdef', chosenFocus: { x: 0.1, y: 0, by: 'face' } });
  const [a, b] = await Promise.all([left, right].map((image) => edge.get(pathOf(image))));
  expect([a?.status, b?.status]).toEqual([200, 200]);
  expect((await edge.get(pathOf(earlier, 'small.webp', avatar.revision))).status).toBe(503);
});
