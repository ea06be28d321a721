import { createSignatureCheck, parseSizeQuery, SigningKeys, signedText } from '@imagemill/variants';
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { createProgram } from '../program.ts';

const imageId = '01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11';
const keys = `first:acme:${'ab'.repeat(32)},second:other:${'cd'.repeat(32)}`;

let out: MockInstance;
beforeEach(() => {
  out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.stubEnv('EDGE_SIGNING_KEYS', keys);
  vi.stubEnv('CDN_BASE_URL', 'https://cdn.test/pictures/');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function sign(...args: string[]): Promise<string> {
  await createProgram().parseAsync(['sign', imageId, ...args], { from: 'user' });
  return out.mock.calls.map(([text]) => String(text)).join('');
}

async function tenantOf(url: string) {
  const { pathname, search } = new URL(url.trim());
  const query = parseSizeQuery(search);
  if (!query.ok || !query.signature) throw new Error('not signed');
  const path = pathname.replace('/pictures', '');
  return createSignatureCheck(SigningKeys.parse(keys))(
    signedText(path, query.signature.canonicalQuery),
    query.signature,
  );
}

test('prints a URL that an edge with the same keys accepts', async () => {
  const url = await sign(
    '-w',
    '300',
    '--height',
    '200',
    '-f',
    'webp',
    '-q',
    '70',
    '--pixel-ratio',
    '2',
    '--fit',
    'cover',
  );
  expect(url).toMatch(
    `https://cdn.test/pictures/images/${imageId}?w=300&h=200&fit=cover&f=webp&q=70&dpr=2&kid=first&s=`,
  );
  expect(await tenantOf(url)).toEqual({ ok: true, tenant: 'acme' });
});

test('uses the named key, and prints the expiry of the URL for programs', async () => {
  const shown = JSON.parse(await sign('-w', '300', '--kid', 'second', '--expires', '7d', '--json'));
  expect(shown).toMatchObject({ imageId, kid: 'second', tenant: 'other' });
  const exp = Number(new URL(shown.url).searchParams.get('exp'));
  expect(exp).toBe(Math.floor(Date.parse(shown.expiresAt) / 1000));
  expect(await tenantOf(shown.url)).toEqual({ ok: true, tenant: 'other' });
});

test('explains a key that does not exist', async () => {
  await expect(sign('-w', '300', '--kid', 'third')).rejects.toThrow('There is no signing key third.');
});

test.each([
  [['--fit', 'cover'], 'fit=cover needs w and h.'],
  [['--background', 'auto'], 'bg needs fit=contain.'],
])('signs no size that an edge would refuse: %j', async (args, reason) => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await expect(sign('-w', '300', ...args)).rejects.toThrow(reason);
  expect(out).not.toHaveBeenCalled();
});
