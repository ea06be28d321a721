import { Readable } from 'node:stream';
import { newApiKey } from '@imagemill/keys';
import { Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { piecesMax } from '../http/limit-body.ts';
import { type createApiHarness, keyWithScope } from './api-harness.ts';
import { addressOf, type DocumentedOperation } from './operations.ts';

type Harness = Awaited<ReturnType<typeof createApiHarness>>;

/** The API in a healthy state and in several broken ones, with the same routes. */
export interface Apis {
  readonly sound: Harness;
  readonly withoutRedis: Harness;
  /** Shares the queue of the healthy one. */
  readonly withoutStorage: Harness;
  readonly broken: Harness;
  /** Has no room for request bodies, nor for requests that wait for their turn. */
  readonly full: Harness;
  /** Allows each tenant one read and one change. */
  readonly limited: Harness;
}

const MORE_THAN_ANY_BODY = ' '.repeat(1024 * 1024 + 1);

/** Provokes the errors of an operation: with a wrong key, with a bad body, without Redis, and so on. */
export async function provoke(operation: DocumentedOperation, apis: Apis): Promise<void> {
  const { scope } = operation;
  const key = scope && keyWithScope[scope];
  const ask = (
    api: Harness,
    more: { key?: string; id?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const { body = operation.body, id = uuidv7() } = more;
    const headers = { ...operation.headers, ...more.headers };
    return api.call(operation.method, addressOf(operation, id), body, more.key ?? key, headers);
  };
  for (const api of Object.values(apis) as Harness[]) await ask(api);
  await ask(apis.limited);
  await ask(apis.sound, { id: 'x' });
  if (scope) {
    await provokeKeys(apis, ask);
    await Promise.all([ask(apis.full), ask(apis.full)]);
  }
  if (scope && operation.method !== 'GET') {
    await ask(apis.sound, { body: MORE_THAN_ANY_BODY });
    await sendBroken(operation, apis.sound, key, new ReadableStream(brokenOff));
    await sendBroken(operation, apis.sound, key, manyPieces());
    await ask(apis.full, { body: '{}' });
  }
  if (operation.body !== undefined) {
    await ask(apis.sound, { headers: { 'content-type': 'text/plain' } });
    for (const body of badBodies(operation.body as object)) await ask(apis.sound, { body });
  }
  if (operation.takesQuery) {
    for (const query of ['strange=1', 'limit=x', 'limit=0']) {
      await apis.sound.call('GET', `${operation.path}?${query}`, undefined, key);
    }
  }
}

type Ask = (api: Harness, more: { key: string }) => Promise<unknown>;

async function provokeKeys({ sound, withoutRedis }: Apis, ask: Ask): Promise<void> {
  const tenant = Tenant.parse('acme');
  const expired = await sound.keyStore.create({ tenant, scopes: ['upload'], expiresAt: new Date(1000) });
  for (const key of ['wrong', expired.key, sound.keys.acme, sound.keys.bucket]) await ask(sound, { key });
  await ask(withoutRedis, { key: newApiKey() });
}

/** The caller disconnects in the middle of its body. */
const brokenOff: UnderlyingSource = { pull: (controller) => controller.error(new Error('gone')) };

/** More pieces than any body may have. */
const manyPieces = () =>
  Readable.toWeb(Readable.from(Array(piecesMax(1024 * 1024) + 1).fill(Buffer.from(' ')))) as ReadableStream;

async function sendBroken(
  operation: DocumentedOperation,
  { app }: Harness,
  key: string | undefined,
  body: ReadableStream,
): Promise<void> {
  const type = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
  const headers = { authorization: `Bearer ${key}`, ...type };
  const request = { method: operation.method, headers, body, duplex: 'half' } as const;
  await app.request(addressOf(operation, uuidv7()), request);
}

/** In turn: invalid JSON, JSON that is nested too deeply, no body, an unknown field, and each field with a wrong type and an invalid value. */
function badBodies(body: object): unknown[] {
  const fields = Object.keys(body).flatMap((field) => [
    { ...body, [field]: null },
    { ...body, [field]: '!' },
  ]);
  return ['{', '['.repeat(20), {}, { ...body, strange: 1 }, ...fields];
}
