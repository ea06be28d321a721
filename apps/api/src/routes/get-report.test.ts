import { heldManifest, rejectedManifest } from '@imagemill/manifests';
import { imageFromKey } from '@imagemill/records';
import { ImageId, originalKey, parseOriginalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';

const api = useApi();

const facts = { width: 9, height: 8, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
const source = { ...facts, format: 'jpeg', hasLocation: true, sha256: 'secret' } as const;
const warnings = [{ code: 'location-removed' } as const];
const moderation = {
  verdict: 'hold',
  by: 'service',
  reason: 'phone',
  keyId: 'k',
  at: '2026-11-29T10:00:00.000Z',
} as const;

function subject() {
  const address = { tenant: Tenant.parse('acme'), category: 'product', imageId: ImageId.parse(uuidv7()) } as const;
  const key = parseOriginalKey(originalKey({ ...address, contentType: 'image/jpeg' }));
  if (!key) throw new Error('no key');
  return { image: imageFromKey(key), facts: undefined, attempts: 1, source, warnings };
}

test('has the warnings of a rejected image, and the reason for its rejection', async () => {
  const rejected = subject();
  await api.manifests.publish(rejectedManifest(rejected, { code: 'corrupt', publicMessage: 'Damaged.' }), undefined);
  const { status, body } = await api.call('GET', `/v1/images/${rejected.image.imageId}/report`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'rejected', error: { code: 'corrupt' }, warnings, examined: 'header' });
  expect(body.source).toEqual({ ...facts, format: 'jpeg', hasLocation: true });
});

test('shows that a held image is held, and nothing that is for operators only', async () => {
  const held = { ...subject(), moderation };
  await api.manifests.publish(heldManifest(held), undefined);
  const { body } = await api.call('GET', `/v1/images/${held.image.imageId}/report`);
  const { verdict, by, at } = moderation;
  expect(body).toMatchObject({ status: 'held', warnings, examined: 'header' });
  expect(body.moderation).toEqual({ verdict, by, at });
});

test('has no warnings before the original was read, and can be read with the follow token', async () => {
  const { imageId, followToken = '' } = await api.ticket();
  const { status, body } = await api.call('GET', `/v1/images/${imageId}/report`, undefined, followToken);
  expect({ status, examined: body.examined }).toEqual({ status: 200, examined: 'nothing' });
  expect(body).not.toHaveProperty('warnings');
});
