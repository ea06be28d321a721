import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadEndpoints } from './endpoints.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const good = { url: 'https://shop.example.com/hooks', secrets: [secret] };
const load = (file: unknown, allowPrivate = false) => loadEndpoints(file, { allowPrivate });

test('an endpoint receives all events unless it lists some', async () => {
  const endpoints = await load({ acme: good, other: { ...good, events: ['image.ready'] } });
  expect(endpoints?.get('acme')?.events).toHaveLength(5);
  expect(endpoints?.get('other')?.events).toEqual(['image.ready']);
});

test('http:// is allowed for local work only', async () => {
  const file = { acme: { ...good, url: 'http://127.0.0.1:9/hooks' } };
  await expect(load(file)).rejects.toThrow('must be an https:// URL');
  expect((await load(file, true))?.has('acme')).toBe(true);
});

test('reports every problem of a file without revealing secrets', async () => {
  const file = {
    'NOT A TENANT': good,
    a: { ...good, url: 'https://user:hunter2@shop.example.com/' },
    b: { ...good, url: 'ftp://shop.example.com' },
    c: { ...good, secrets: ['whsec_c2hvcnQ='] },
    d: { ...good, secrets: [] },
    e: { ...good, secrets: ['hunter2'] },
    f: { ...good, events: ['image.eaten'] },
    g: { ...good, colour: 'red' },
  };
  const error: z.ZodError = await load(file).then(Promise.reject, (reason) => reason);
  expect(error).toBeInstanceOf(z.ZodError);
  expect(new Set(error.issues.map(({ path }) => path[0]))).toEqual(new Set(Object.keys(file)));
  expect(JSON.stringify(error.issues)).not.toContain('hunter2');
});

test('there are no endpoints without a file', async () => {
  expect(await load(undefined)).toBeUndefined();
});
