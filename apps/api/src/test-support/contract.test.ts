import { problemBody } from '@imagemill/http';
import { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { describeRoute } from '../openapi/describe-route.ts';
import { createOpenApiDocument } from '../openapi/document.ts';
import { createContract } from './contract.ts';

const Parcel = z.object({ weight: z.int().positive(), sender: z.object({ name: z.string() }).optional() });

const description = describeRoute({
  id: 'getParcel',
  tag: 'Images',
  summary: 'A parcel',
  conditional: true,
  responses: { 200: { description: 'A parcel.', body: Parcel } },
  problems: ['image-not-found'],
});
const app = new Hono().get('/v1/parcels/:id', description, (c) => c.body(null));
const areas = [{ path: '/v1/parcels/*', scope: 'upload', bodyBytesMax: 1 } as const];
const document = createOpenApiDocument({ app: app as never, areas, apiBaseUrl: 'http://api.test' });

const always = { 'x-request-id': 'r', 'content-type': 'application/json', etag: '"e"' };

function differences(body: unknown, { status = 200, method = 'GET', headers = {} as Record<string, string> } = {}) {
  const request = new Request('http://api.test/v1/parcels/1', { method });
  const text = status === 304 || method === 'HEAD' ? null : JSON.stringify(body);
  return createContract(document, new Set()).differences(
    request,
    new Response(text, { status, headers: { ...always, ...headers } }),
  );
}

const problem = (status: 404 | 409 | 503, code: string) => ({
  body: problemBody({ status, code, detail: '', instance: '/v1/parcels/1', requestId: 'r' }),
  more: { status, headers: { 'content-type': 'application/problem+json', etag: '' } },
});

describe('a response that matches the document', () => {
  test('has no differences, with or without a body', async () => {
    expect(await differences({ weight: 5 })).toEqual([]);
    expect(await differences({ weight: 5, sender: { name: 'x' } }, { headers: { date: 'x' } })).toEqual([]);
    expect(await differences(undefined, { method: 'HEAD' })).toEqual([]);
    expect(await differences(undefined, { status: 304 })).toEqual([]);
  });

  test('may be a stream, which is not read', async () => {
    const pull = vi.fn();
    const stream = new ReadableStream({ pull }, { highWaterMark: 0 });
    const response = new Response(stream, { headers: { ...always, 'content-type': 'text/event-stream' } });
    const difference = await createContract(document, new Set()).differences(
      new Request('http://api.test/v1/parcels/1'),
      response,
    );
    expect(difference).toEqual(['a body of text/event-stream is not documented']);
    expect({ reads: pull.mock.calls.length, locked: stream.locked }).toEqual({ reads: 0, locked: false });
  });

  test('may be the 101 of a WebSocket', async () => {
    const request = new Request('http://api.test/v1/parcels/1', { headers: { upgrade: 'websocket' } });
    const response = new Response(null, { headers: { 'x-request-id': 'r' } });
    expect(await createContract(document, new Set()).differences(request, response)).toEqual([
      '101  is not documented',
    ]);
  });

  test('is recorded, a problem with its code', async () => {
    const seen = new Set<string>();
    const { body, more } = problem(404, 'image-not-found');
    const response = new Response(JSON.stringify(body), { ...more, headers: { ...always, ...more.headers } });
    await createContract(document, seen).differences(new Request('http://api.test/v1/parcels/1'), response);
    expect([...seen]).toEqual(['GET /v1/parcels/{id} 404 image-not-found']);
  });
});

describe('reports', () => {
  test.each([
    ['a field that is not documented', { weight: 5, colour: 'red' }, 'colour'],
    ['a nested field that is not documented', { weight: 5, sender: { name: 'x', age: 3 } }, 'age'],
    ['a missing field', {}, 'weight'],
    ['a field of another type', { weight: '5' }, 'must be integer'],
    ['a value that is not allowed', { weight: 0 }, 'must be > 0'],
    ['a null body', null, 'must be object'],
  ])('%s', async (_what, body, difference) => {
    expect((await differences(body)).join()).toContain(difference);
  });

  test.each([
    ['a status that is not documented', {}, { status: 201 }, '201  is not documented'],
    ['a header that is not documented', { weight: 5 }, { headers: { 'x-secret': 'x' } }, 'x-secret is not documented'],
    ['a type that is not documented', { weight: 5 }, { headers: { 'content-type': 'text/html' } }, 'text/html'],
  ])('%s', async (_what, body, more, difference) => {
    expect((await differences(body, more)).join()).toContain(difference);
  });

  test('a missing header', async () => {
    const request = new Request('http://api.test/v1/parcels/1');
    const { etag: _, ...without } = always;
    const response = new Response('{"weight":5}', { headers: without });
    expect(await createContract(document, new Set()).differences(request, response)).toEqual(['ETag is missing']);
  });

  test('a code that is documented for other routes only', async () => {
    const known = problem(404, 'delivery-not-found');
    expect((await differences(known.body, known.more)).join()).toContain('must be equal to one of the allowed values');
    const conflict = problem(409, 'not-uploaded');
    expect((await differences(conflict.body, conflict.more)).join()).toContain('409 not-uploaded is not documented');
  });

  test('a 503 without Retry-After', async () => {
    const { body, more } = problem(503, 'keys-unavailable');
    expect(await differences(body, more)).toContain('Retry-After is missing');
  });
});
