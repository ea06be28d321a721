import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import { sign } from 'hono/jwt';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { FOLLOW_TOKEN_SECRET, photo, useApi } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';
import { createFollowTokens } from './follow-tokens.ts';
import { SigningSecrets } from './signing-secrets.ts';

const api = useApi();

const acme = Tenant.parse('acme');

async function ticket(): Promise<{ imageId: ImageId; token: string }> {
  const { imageId, followToken = '' } = UploadTicket.parse(
    (await api.call('POST', '/v1/images/upload-url', photo)).body,
  );
  return { imageId, token: followToken };
}

const read = async (imageId: string, token: string) =>
  (await api.call('GET', `/v1/images/${imageId}`, undefined, token)).status;

test("a ticket's follow token reads the status of its image", async () => {
  const { imageId, token } = await ticket();
  const { status, body } = await api.call('GET', `/v1/images/${imageId}`, undefined, token);
  expect({ status, id: body.imageId }).toEqual({ status: 200, id: imageId });
});

test("a follow token still works after its image's job was removed and only the manifest is left", async () => {
  const imageId = ImageId.parse(uuidv7());
  const createdAt = new Date();
  await api.manifests.publish(
    {
      imageId,
      tenant: acme,
      category: 'product',
      filename: '',
      metadata: {},
      originalKey: originalKey({ imageId, tenant: acme, category: 'product', contentType: 'image/jpeg' }),
      originalEtag: '"e"',
      attempts: 1,
      status: 'rejected',
      rejectedAt: createdAt.toISOString(),
      createdAt: createdAt.toISOString(),
      error: { code: 'corrupt', message: 'It is damaged.' },
    },
    undefined,
  );
  const token = createFollowTokens([FOLLOW_TOKEN_SECRET], 60).issue({ tenant: acme, imageId }, createdAt);
  const { status, body } = await api.call('GET', `/v1/images/${imageId}`, undefined, token);
  expect({ status, state: body.status }).toEqual({ status: 200, state: 'rejected' });
});

test('a follow token reads no other image, even of its own tenant', async () => {
  const [mine, other] = [await ticket(), await ticket()];
  expect(await read(other.imageId, mine.token)).toBe(401);
});

test.each([
  ['POST', '/v1/images/upload-url'],
  ['POST', '/v1/images/{id}/complete'],
  ['POST', '/v1/images/{id}/reprocess'],
  ['DELETE', '/v1/images/{id}'],
  ['GET', '/v1/backlog'],
  ['GET', '/v1/dead-letters'],
  ['POST', '/v1/events/s3'],
])('a follow token is rejected for %s %s', async (method, path) => {
  const { imageId, token } = await ticket();
  const { status, body } = await api.call(method, path.replace('{id}', imageId), undefined, token);
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthorized' });
  expect(await read(imageId, token)).toBe(200);
});

describe('rejects a token', () => {
  const claims = (imageId: string) => ({
    aud: 'imagemill:follow',
    sub: imageId,
    tenant: 'acme',
    exp: Math.floor(Date.now() / 1000) + 60,
  });
  const lasting = (imageId: string) => ({ aud: 'imagemill:follow', sub: imageId, tenant: 'acme' });
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  const forgeries: [string, (imageId: string, token: string) => Promise<string> | string][] = [
    [
      'signed with another secret',
      (imageId) => sign(claims(imageId), 'another secret that is long enough too', 'HS256'),
    ],
    ['without a signature', (imageId) => `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims(imageId))}.`],
    ['signed with another algorithm', (imageId) => sign(claims(imageId), FOLLOW_TOKEN_SECRET, 'HS512')],
    [
      'that was made for something else',
      (imageId) => sign({ ...claims(imageId), aud: 'x' }, FOLLOW_TOKEN_SECRET, 'HS256'),
    ],
    ['that has expired', (imageId) => sign({ ...claims(imageId), exp: 1 }, FOLLOW_TOKEN_SECRET, 'HS256')],
    ['that never expires', (imageId) => sign(lasting(imageId), FOLLOW_TOKEN_SECRET, 'HS256')],
    ['with changed claims', (imageId, token) => token.replace(/\.[^.]+\./, `.${encoded(claims(imageId))}.`)],
    ['that is truncated', (_imageId, token) => token.slice(0, -2)],
  ];
  test.each(forgeries)('%s', async (_what, forge) => {
    const [{ imageId }, { token }] = [await ticket(), await ticket()];
    expect(await read(imageId, await forge(imageId, token))).toBe(401);
  });

  test("of another tenant's image, even with a valid signature", async () => {
    const { imageId } = await ticket();
    const tokens = createFollowTokens([FOLLOW_TOKEN_SECRET], 60);
    const theirs = tokens.issue({ tenant: Tenant.parse('other'), imageId }, new Date());
    expect(await read(imageId, theirs)).toBe(404);
  });
});

test('secrets rotate without downtime: the first one signs, all are accepted', () => {
  const image = { tenant: acme, imageId: ImageId.parse(uuidv7()) };
  const [old, next] = ['old '.repeat(8), 'new '.repeat(8)] as const;
  const before = createFollowTokens([old], 60).issue(image, new Date());
  const after = createFollowTokens([next, old], 60);
  expect(after.verify(before)).toEqual(image);
  expect(createFollowTokens([next], 60).verify(after.issue(image, new Date()))).toEqual(image);
  expect(createFollowTokens([next], 60).verify(before)).toBeUndefined();
});

test('rejects a short secret without showing it', () => {
  const { error } = SigningSecrets.safeParse(`${'x'.repeat(32)}, hunter2`);
  expect(error?.issues[0]?.message).toBe('each secret must have at least 32 bytes');
});
