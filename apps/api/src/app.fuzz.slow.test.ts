import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exampleTicketRequest } from './openapi/examples.ts';
import { keyWithScope, useApi } from './test-support/api-harness.ts';
import { addressOf, type DocumentedOperation, operationsOf } from './test-support/operations.ts';

const REQUESTS_EACH = 1_000;
const AT_ONCE = 20;
const KEPT_BYTES_MAX = 8 * 2 ** 20;

const api = useApi();

type Json = ReturnType<typeof JSON.parse>;

/** Every path in a value, including the value itself. */
function paths(value: Json, at: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return [at, ...inner.flatMap((key) => paths(value[key], [...at, key]))];
}

function replaced(value: Json, [key, ...rest]: readonly string[], by: (old: Json) => Json): Json {
  if (key === undefined) return by(value);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const nasty = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom<Json>(-1, 2 ** 53, 1e308, '', '\0', '../../etc/passwd', 'a\r\nx-evil: 1', '\ud800', [], null),
  fc.constantFrom('constructor', 'toString', '__proto__', 'hasOwnProperty', '{{7*7}}', "' OR 1=1--", '%00', '$ne'),
);

/** A valid body with one fault: another value, an extra field, or a missing one. */
const nearly = (good: Json) =>
  fc
    .tuple(fc.constantFrom(...paths(good)), nasty, fc.constantFrom('other', 'more', 'less'), fc.string())
    .map(([at, value, change, name]) => {
      return replaced(good, at, (old) => {
        if (change === 'other' || typeof old !== 'object') return value;
        const entries = Object.entries(old);
        return Object.fromEntries(change === 'more' ? [...entries, [name, value]] : entries.slice(1));
      });
    });

const requestOf = (good: Json, imageId: string) =>
  fc.record({
    body: fc.oneof(
      { arbitrary: nearly(good).map((value) => JSON.stringify(value)), weight: 4 },
      { arbitrary: fc.json(), weight: 1 },
      { arbitrary: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()), weight: 1 },
      {
        arbitrary: fc.constantFrom('', '{', '[', '[['.repeat(2_000), '{"__proto__":{"admin":true}}', 'null', '1e999'),
        weight: 1,
      },
    ),
    contentType: fc.oneof(
      { arbitrary: fc.constant('application/json'), weight: 9 },
      { arbitrary: fc.constantFrom('application/json; charset=utf-8', 'text/plain', ''), weight: 1 },
    ),
    id: fc.oneof(
      fc.constant(imageId),
      fc.uuid(),
      fc.string().map(encodeURIComponent),
      fc.constantFrom('%00', '%2e%2e', 'a%2Fb', '%ff'),
    ),
    query: fc.dictionary(fc.constantFrom('cursor', 'limit', 'code', 'status', 'imageId', 'token', 'x'), fc.string()),
  });
type FuzzedRequest = ReturnType<typeof requestOf> extends fc.Arbitrary<infer Value> ? Value : never;

const keyFor = ({ scope }: DocumentedOperation) => scope && keyWithScope[scope];

async function send(operation: DocumentedOperation, fuzzed: FuzzedRequest) {
  const { method } = operation;
  const address = addressOf(operation, fuzzed.id || 'x');
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const response = await api.app.request(`${address}?${new URLSearchParams(fuzzed.query)}`, {
    method,
    headers: {
      authorization: `Bearer ${keyFor(operation)}`,
      ...(fuzzed.contentType && { 'content-type': fuzzed.contentType }),
    },
    ...(hasBody && { body: fuzzed.body }),
  });
  // Live events do not end before their image does: disconnect at once.
  const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (isEndless) await response.body?.cancel();
  return { status: response.status, text: isEndless ? '' : await response.text() };
}

/** Internals that no response may reveal: paths, dependencies and names in our code. */
const inside =
  /node_modules|node:internal|\bat \w+.*\.(?:ts|js):\d+|ZodError|ReplyError|TypeError|originals-bucket|bull:/;

async function isSound(operation: DocumentedOperation, fuzzed: FuzzedRequest): Promise<void> {
  const { status, text } = await send(operation, fuzzed);
  const { method, path } = operation;
  expect({ method, path, status: status < 500 ? 'below 500' : `${status} ${text}` }).toEqual({
    method,
    path,
    status: 'below 500',
  });
  if (status >= 400) expect(JSON.parse(text)).toMatchObject({ status, code: expect.stringMatching(/^[a-z][a-z-]+$/) });
  expect(text).not.toMatch(inside);
}

/** Starts from the documented example, so that mutations pass the first checks. */
async function requestsTo({ body = {} }: DocumentedOperation) {
  const { body: ticket } = await api.call('POST', '/v1/images/upload-url', exampleTicketRequest);
  return requestOf(body, String(ticket.imageId));
}

/** Open operations have no input. */
const operations = () => operationsOf(api.document).filter(({ scope }) => scope !== undefined);

describe(`random requests, ${REQUESTS_EACH} per operation`, () => {
  test('no response is an internal error or reveals internals', async () => {
    for (const operation of operations()) {
      const batch = fc.array(await requestsTo(operation), { minLength: AT_ONCE, maxLength: AT_ONCE });
      const areSound = (all: FuzzedRequest[]) => Promise.all(all.map((fuzzed) => isSound(operation, fuzzed)));
      const property = fc.asyncProperty(batch, async (all) => void (await areSound(all)));
      await fc.assert(property, { numRuns: REQUESTS_EACH / AT_ONCE });
    }
  });

  test('no request leaks memory', async () => {
    const samples = await Promise.all(
      operations().map(async (operation) => ({ operation, all: fc.sample(await requestsTo(operation), 200) })),
    );
    const sendAll = async () => {
      for (const { operation, all } of samples) for (const fuzzed of all) await send(operation, fuzzed);
      return heapBytes();
    };
    await sendAll();
    const before = await sendAll();
    expect((await sendAll()) - before).toBeLessThan(KEPT_BYTES_MAX);
  });
});

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
