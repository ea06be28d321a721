import { expect, test } from 'vitest';
import { exampleTicketRequest } from '../openapi/examples.ts';
import { useApi } from '../test-support/api-harness.ts';

const api = useApi();

test('a body with __proto__ or constructor adds no property to other objects', async () => {
  const bodies = [
    '{"__proto__":{"polluted":1}}',
    JSON.stringify(exampleTicketRequest).replace('"sku"', '"__proto__"'),
    JSON.stringify({ ...exampleTicketRequest, metadata: { constructor: 'x', prototype: 'y' } }),
    JSON.stringify({ ...exampleTicketRequest, constructor: { prototype: { polluted: 1 } } }),
  ];
  for (const body of bodies) await api.call('POST', '/v1/images/upload-url', body);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test.each(['{"__proto__":{}}', '{"metadata":{"__proto__":"x"}}', '[[{"__proto__":1}]]', '{"\\u005f_proto__":{}}'])(
  'a body with the key __proto__ is rejected, however it is spelled: %s',
  async (body) => {
    expect((await api.call('POST', '/v1/images/upload-url', body)).body.code).toBe('invalid-json');
  },
);

test('__proto__ is an ordinary value', async () => {
  const { status } = await api.call('POST', '/v1/images/upload-url', {
    ...exampleTicketRequest,
    filename: '__proto__',
  });
  expect(status).toBe(201);
});
