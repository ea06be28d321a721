import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { describedRoutes } from '../openapi/describe-route.ts';
import { createApiHarness, keyWithScope } from '../test-support/api-harness.ts';
import { addressOf, type DocumentedOperation, operationsOf } from '../test-support/operations.ts';
import { entriesMax, innerSchemas } from './entry-bounds.ts';
import { type HttpServer, listen } from './listen.ts';
import { FIELD_ERRORS_MAX } from './validated.ts';

const KIB = 1024;
/** Bytes of any error response, its headers not included. */
const ERROR_BYTES_MAX = 32 * KIB;
const ID = '01a206fb-fa12-72e2-9c6c-2ad9049d1cfa';

let api: Awaited<ReturnType<typeof createApiHarness>>;
let server: HttpServer;
beforeAll(async () => {
  api = await createApiHarness();
  server = await listen(api.app.fetch, { hostname: '127.0.0.1', port: 0, limits: { restOfBodyMs: 50 } });
});
afterAll(async () => {
  await server.close(1_000);
  await api.close();
});

const operations = () => operationsOf(api.document);
const withBody = () => operations().filter(({ scope, method }) => scope !== undefined && method !== 'GET');
const keyOf = ({ scope }: DocumentedOperation) => keyWithScope[scope ?? 'upload'];
const nameOf = ({ method, path }: DocumentedOperation) => `${method} ${path}`;

/** Calls an operation with a body. */
async function send(operation: DocumentedOperation, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`http://127.0.0.1:${server.address.port}${addressOf(operation, ID)}`, {
    method: operation.method,
    headers: { authorization: `Bearer ${keyOf(operation)}`, 'content-type': 'application/json' },
    body: text,
  });
  const answer = await response.text();
  return { status: response.status, bytes: Buffer.byteLength(answer), body: JSON.parse(answer) };
}

/** The first bytes of the response to a raw request. */
async function sendRaw(operation: DocumentedOperation, header: string, body: string): Promise<string> {
  const socket = connect(server.address.port, '127.0.0.1');
  socket.on('error', () => {});
  const head = [
    `${operation.method} ${addressOf(operation, ID)} HTTP/1.1`,
    ...['host: api.test', `authorization: Bearer ${keyOf(operation)}`, 'content-type: application/json', header],
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

const chunked = (pieces: number, piece: string) =>
  `${`${piece.length.toString(16)}\r\n${piece}\r\n`.repeat(pieces)}0\r\n\r\n`;

describe('every operation with a body', () => {
  test('rejects a body over its limit, whether its length is declared or not', async () => {
    for (const operation of withBody()) {
      const answers = await Promise.all([
        sendRaw(operation, `content-length: ${1024 * KIB + 1}`, ''),
        sendRaw(operation, 'transfer-encoding: chunked', chunked(KIB + 1, 'x'.repeat(KIB))),
      ]);
      for (const answer of answers) expect(`${nameOf(operation)} ${answer}`).toMatch(/ 413 [\s\S]*"body-too-large"/);
    }
  });

  test('rejects a body of many small chunks', async () => {
    // More than Node reads ahead, since it merges those.
    const body = chunked(80_000, 'x');
    for (const operation of withBody()) {
      const answer = await sendRaw(operation, 'transfer-encoding: chunked', body);
      expect(`${nameOf(operation)} ${answer}`).toMatch(/ 413 [\s\S]*"body-too-(?:fragmented|large)"/);
    }
  });

  test('rejects bodies of many small chunks also if they arrived before the turn of their requests', async () => {
    const [operation] = withBody() as [DocumentedOperation, ...DocumentedOperation[]];
    const body = chunked(80_000, 'x');
    const answers = await Promise.all(many(8, () => sendRaw(operation, 'transfer-encoding: chunked', body)));
    for (const answer of answers) expect(answer).toMatch(/ 413 [\s\S]*"body-too-(?:fragmented|large)"/);
  });

  test('delivers only the beginning of a body of many small chunks', async () => {
    const body = chunked(80_000, 'x');
    for (const operation of withBody()) {
      const pushed = vi.spyOn(IncomingMessage.prototype, 'push');
      await sendRaw(operation, 'transfer-encoding: chunked', body);
      // A read of 64 KiB has ten times as many.
      expect(pushed.mock.calls.length).toBeLessThan(1_100);
      pushed.mockRestore();
    }
  });
});

/** Every path in a value, including the value itself. */
function paths(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [at, ...inner.flatMap(([key, part]) => paths(part, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const many = <Value>(count: number, make: (index: number) => Value) =>
  Array.from({ length: count }, (_, index) => make(index));

/** Values within the limits of bytes, values and depth that are wrong in many places, or that a response could echo. */
const hostileValues = [
  many(15_000, () => 0),
  many(4_000, () => ({})),
  many(500, () => ({ metadata: { '': 1 } })),
  Object.fromEntries(many(4_000, (index) => [`k${index}`, 0])),
  Object.fromEntries(many(30, (index) => [`${'\u0001'.repeat(300)}${index}`, 0])),
  '\u0001'.repeat(9_000),
];

describe('every operation with a JSON body', () => {
  const withJson = () => withBody().filter(({ body }) => body !== undefined);

  test.each([
    ['nested too deeply', '['.repeat(900)],
    ['with too many values', `[${'0,'.repeat(31_000)}0]`],
  ])('rejects JSON %s before it is parsed', async (_how, body) => {
    for (const operation of withJson()) {
      const { status, body: answer } = await send(operation, body);
      const isOverLimit = answer.code === 'body-too-large';
      expect({ operation: nameOf(operation), status, isOverLimit, code: answer.code }).toMatchObject({
        status: 413,
        code: isOverLimit ? 'body-too-large' : 'body-too-complex',
      });
    }
  });

  test(`reports at most ${FIELD_ERRORS_MAX} invalid fields, in a small response`, async () => {
    for (const operation of withJson()) {
      const bodies = paths(operation.body).flatMap((path) =>
        hostileValues.map((value) => replaced(operation.body, path, value)),
      );
      const answers = await Promise.all(bodies.map((body) => send(operation, body)));
      for (const { status, bytes, body } of answers) {
        const name = nameOf(operation);
        expect({ name, status: status < 500, bytes: bytes < ERROR_BYTES_MAX }).toEqual({
          name,
          status: true,
          bytes: true,
        });
        expect((body.errors ?? []).length).toBeLessThanOrEqual(FIELD_ERRORS_MAX);
      }
    }
  });

  test('has a bound for every array and record, which is checked before their entries are validated', () => {
    const unbounded = describedRoutes(api.app).flatMap(({ path, description: { body } }) =>
      body ? unboundedIn(body, path) : [],
    );
    expect(unbounded).toEqual([]);
  });
});

function unboundedIn(schema: z.core.$ZodType, at: string): string[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, inner]) => unboundedIn(inner, `${at} ${name}`));
  }
  const own = schema instanceof z.ZodArray || schema instanceof z.ZodRecord ? [schema] : [];
  const inner = schema instanceof z.ZodArray ? [schema.element] : innerSchemas(schema);
  return [
    ...own.filter((each) => entriesMax(each) === undefined).map(() => at),
    ...inner.flatMap((each) => unboundedIn(each, at)),
  ];
}

test('every operation with a query reports at most 20 unknown parameters, in a small response', async () => {
  const query = new URLSearchParams(many(1_000, (index) => [`\u0001${index}`, '']));
  for (const operation of operations().filter(({ takesQuery }) => takesQuery)) {
    const response = await fetch(`http://127.0.0.1:${server.address.port}${operation.path}?${query}`, {
      headers: { authorization: `Bearer ${keyOf(operation)}` },
    });
    const answer = await response.text();
    expect({ status: response.status, bytes: answer.length < ERROR_BYTES_MAX }).toEqual({ status: 422, bytes: true });
    expect(JSON.parse(answer).errors).toHaveLength(FIELD_ERRORS_MAX);
  }
});

test.each([
  ['path', () => fetch(`http://127.0.0.1:${server.address.port}/${'%01'.repeat(5_000)}`)],
  [
    'origin',
    () =>
      api.app.request(`/v1/images/${ID}/ws`, {
        headers: { authorization: `Bearer ${api.keys.acme}`, upgrade: 'websocket', origin: 'x'.repeat(15_000) },
      }),
  ],
])('an error response repeats only the beginning of a long %s', async (_what, ask) => {
  const response = await ask();
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect((await response.text()).length).toBeLessThan(8 * KIB);
});
