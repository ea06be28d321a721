import { grants, newApiKey, Scope } from '@imagemill/keys';
import { Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { addressOf, type DocumentedOperation, operationsOf } from '../test-support/operations.ts';

let api: Awaited<ReturnType<typeof createApiHarness>>;
/** From the document, which has every route of the app. */
let closed: DocumentedOperation[];
let open: DocumentedOperation[];
beforeAll(async () => {
  api = await createApiHarness();
  const operations = operationsOf(api.document);
  closed = operations.filter(({ scope }) => scope !== undefined);
  open = operations.filter(({ scope }) => scope === undefined);
});
afterAll(() => api.close());

const acme = Tenant.parse('acme');
const keyWith = (...scopes: Scope[]) => api.keyStore.create({ tenant: acme, scopes });

/** The response of each operation that needs a key: `GET /v1/backlog 401 unauthorized`. */
async function answers(of: (operation: DocumentedOperation) => DocumentedOperation[], key: string, id = uuidv7()) {
  const asked = closed.flatMap(of).map(async (operation) => {
    const { method, path, body } = operation;
    const answer = await api.call(method, addressOf(operation, id), body, key);
    return `${method} ${path} ${answer.status} ${String(answer.body.code ?? '')}`;
  });
  return Promise.all(asked);
}
const all = (operation: DocumentedOperation) => [operation];
const each = (answer: string, of = all) => closed.flatMap(of).map(({ method, path }) => `${method} ${path} ${answer}`);

test("only the health checks and the API's documents are open without a key", () => {
  expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    'GET /docs',
    'GET /docs/{file}',
    'GET /healthz',
    'GET /openapi.json',
    'GET /readyz',
  ]);
  expect(open.every(({ path }) => !path.startsWith('/v1/'))).toBe(true);
});

describe('every other route rejects', () => {
  test('callers without a key', async () => {
    expect(closed.length).toBeGreaterThan(10);
    for (const operation of closed) {
      const { method } = operation;
      const response = await api.app.request(addressOf(operation, uuidv7()), { method });
      expect({ operation, status: response.status }).toEqual({ operation, status: 401 });
      expect(await response.json()).toMatchObject({ code: 'unauthorized' });
    }
  });

  test.each(['wrong', newApiKey(), '', 'null'])('the unknown key %j', async (key) => {
    expect(await answers(all, key)).toEqual(each('401 unauthorized'));
  });

  test('a revoked key', async () => {
    const { key, stored } = await keyWith(...Scope.options);
    await api.keyStore.revoke(stored.id);
    expect(await answers(all, key)).toEqual(each('401 unauthorized'));
  });

  test('an expired key', async () => {
    const { key } = await api.keyStore.create({ tenant: acme, scopes: [...Scope.options], expiresAt: new Date(1000) });
    expect(await answers(all, key)).toEqual(each('401 key-expired'));
  });

  test.each(Scope.options)('a key with every scope but the required one: %s', async (scope) => {
    const { key } = await keyWith(...Scope.options.filter((other) => !grants(new Set([other]), scope)));
    const needing = (operation: DocumentedOperation) => (operation.scope === scope ? [operation] : []);
    expect(await answers(needing, key)).toEqual(each('403 missing-scope', needing));
  });

  test('a follow token, except for reads of its image', async () => {
    const { imageId, followToken = '' } = await api.ticket();
    const others = (operation: DocumentedOperation) => (operation.takesFollowToken ? [] : [operation]);
    expect(await answers(others, followToken, imageId)).toEqual(each('401 unauthorized', others));
    const followed = (operation: DocumentedOperation) => (operation.takesFollowToken ? [operation] : []);
    expect(each('', followed)).toContain('GET /v1/images/{id} ');
    expect((await answers(followed, followToken, imageId)).join()).not.toMatch(/ 40[13] /);
    expect(await answers(followed, followToken)).toEqual(each('401 unauthorized', followed));
  });
});

test("another tenant's image looks like one that never existed, on every route with an id", async () => {
  const { imageId, ...upload } = await api.ticket();
  await fetch(upload.uploadUrl, { method: 'PUT', headers: upload.headers, body: 'hello' });
  const withId = closed.filter(({ path }) => path.includes('{id}'));
  expect(withId.length).toBeGreaterThan(5);
  for (const operation of withId) {
    const { method, path, scope, body, headers } = operation;
    const answerFor = async (id: string) => {
      const answer = await api.call(method, addressOf(operation, id), body, api.keys.other, headers);
      const { requestId, instance, ...same } = answer.body;
      return { method, path, status: answer.status, body: same };
    };
    const theirs = await answerFor(imageId);
    expect(theirs).toEqual(await answerFor(uuidv7()));
    expect({ method, path, status: theirs.status }).toEqual({ method, path, status: scope === 'upload' ? 404 : 403 });
  }
  expect((await api.call('GET', `/v1/images/${imageId}`)).body.status).toBe('awaiting-upload');
});
