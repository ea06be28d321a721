import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SigningKeys } from '@imagemill/variants';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { signingKey } from '../test-support/private-sets.ts';
import { checkConsole } from './serve-console.ts';

type Harness = Awaited<ReturnType<typeof createApiHarness>>;
let api: Harness;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-console-'));
  await mkdir(join(dir, 'assets'));
  await writeFile(join(dir, 'index.html'), '<!doctype html>');
  await writeFile(join(dir, 'assets', 'index-1a2b.js'), 'export {};');
  await writeFile(`${dir}-secret`, 'secret');
  const env = { CONSOLE_DIR: dir, API_BASE_URL: 'https://api.test/', CDN_BASE_URL: 'https://cdn.test/i' };
  api = await createApiHarness({ env });
});
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true });
  await rm(`${dir}-secret`);
});

test('serves the console without a key: its page is revalidated, its hashed files are cached forever', async () => {
  const page = await api.app.request('/console/');
  expect(await page.text()).toBe('<!doctype html>');
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const script = await api.app.request('/console/assets/index-1a2b.js');
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const bare = await api.app.request('/console');
  expect({ status: bare.status, location: bare.headers.get('location') }).toEqual({
    status: 308,
    location: '/console/',
  });
});

test('serves the categories to the page, and whether sizes can be signed', async () => {
  const answer = await api.app.request('/console/settings.json');
  expect(await answer.json()).toEqual({ categories: ['product', 'avatar'], signsSizes: false });
  expect(answer.headers.get('cache-control')).toBe('no-cache');
});

test('where sizes can be signed, the page may fetch them from the edge', async () => {
  const EDGE_SIGNING_KEYS = SigningKeys.parse(signingKey('acme'));
  const signing = await createApiHarness({
    env: { CONSOLE_DIR: dir, EDGE_SIGNING_KEYS, EDGE_BASE_URL: 'https://edge.test/pictures' },
  });
  const answer = await signing.app.request('/console/settings.json');
  expect(await answer.json()).toMatchObject({ signsSizes: true });
  const { headers } = await signing.app.request('/console/');
  expect(headers.get('content-security-policy')).toMatch(/connect-src [^;]* https:\/\/edge\.test(;|$)/);
  await signing.close();
});

test('the page runs only its own scripts, and connects only to the API and the storage', async () => {
  const { headers } = await api.app.request('/console/');
  const policy = headers.get('content-security-policy')?.split('; ') ?? [];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy.find((rule) => rule.startsWith('img-src'))).toMatch(
    /^img-src 'self' blob: data: https:\/\/cdn\.test http:\/\/127\.0\.0\.1:\d+$/,
  );
  expect(policy.find((rule) => rule.startsWith('connect-src'))).toMatch(
    /^connect-src 'self' http:\/\/127\.0\.0\.1:\d+ https:\/\/api\.test$/,
  );
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
});

test.each([
  '/console/nothing.js',
  '/console/..%2f',
  '/console/%2e%2e/',
  '/console/../../etc/passwd',
  '/console/assets',
])('serves no other file: %s', async (path) => {
  const answer = await api.app.request(path);
  expect(answer.status).toBe(404);
});

test('serves no file outside of its folder', async () => {
  const name = `${dir}-secret`.split('/').at(-1);
  for (const path of [
    `/console/../${name}`,
    `/console/..%2f${name}`,
    `/console/%2e%2e%2f${name}`,
    `/console/..\\${name}`,
  ]) {
    expect((await api.app.request(path)).status, path).toBe(404);
  }
});

describe('without CONSOLE_DIR', () => {
  test('serves no console', async () => {
    const plain = await createApiHarness();
    expect((await plain.app.request('/console/')).status).toBe(404);
    await plain.close();
  });

  test('the start-up check reports a folder without a console', async () => {
    expect(await checkConsole(dir)).toEqual([]);
    expect(await checkConsole(join(dir, 'assets'))).toEqual([expect.stringContaining('no built console')]);
    expect(await checkConsole('/nowhere')).toEqual([expect.stringContaining('no built console')]);
  });
});
