import { expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const api = useApi();

const photo = {
  filename: 'shoe.jpg',
  contentType: 'image/jpeg',
  contentLength: 5,
  category: 'product',
  method: 'POST',
};

async function ask(more: object = {}, headers: Record<string, string> = {}) {
  const { body } = await api.call('POST', '/v1/images/upload-url', { ...photo, ...more }, api.keys.acme, headers);
  const ticket = UploadTicket.parse(body);
  if (ticket.method !== 'POST') throw new Error(`The ticket is for a ${ticket.method}.`);
  return ticket;
}

function post({ uploadUrl, fields }: { uploadUrl: string; fields: Record<string, string> }, bytes = 'hello') {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([bytes]), 'shoe.jpg');
  return fetch(uploadUrl, { method: 'POST', body: form });
}

test('a ticket with the method POST accepts a web form, and its image is processed like any other', async () => {
  const ticket = await ask({ filename: 'kätzchen.jpg', contentType: 'IMAGE/JPG; x=y', metadata: { sku: 'A-1' } });
  expect(Object.keys(ticket.headers)).toEqual([]);
  expect((await post(ticket, 'too long')).status).toBe(400);
  expect((await api.call('POST', `/v1/images/${ticket.imageId}/complete`)).body.code).toBe('not-uploaded');
  expect((await post(ticket)).status).toBe(204);
  expect((await api.call('POST', `/v1/images/${ticket.imageId}/complete`)).body).toMatchObject({ status: 'queued' });
  const stored = await api.originals.head(ticket.key);
  expect(stored).toMatchObject({ sizeBytes: 5, contentType: 'image/jpeg' });
  expect(decodeURIComponent(stored?.metadata.filename ?? '')).toBe('kätzchen.jpg');
});

test('a repeated request gets a form for the same image with the same expiry', async () => {
  const key = { 'idempotency-key': 'k1' };
  const [first, again] = [await ask({}, key), await ask({}, key)];
  const sameFor = ({ imageId, uploadUrl, expiresAt }: typeof first) => ({ imageId, uploadUrl, expiresAt });
  expect(sameFor(again)).toEqual(sameFor(first));
  expect((await post(again)).status).toBe(204);
});

test('a file name cannot add a field to the form', async () => {
  const filename = 'a";\u00a0name="key.jpg';
  const ticket = await ask({ filename });
  expect(ticket.fields.key).toBe(ticket.key);
  expect((await post(ticket)).status).toBe(204);
  expect(decodeURIComponent((await api.originals.head(ticket.key))?.metadata.filename ?? '')).toBe(filename);
});
