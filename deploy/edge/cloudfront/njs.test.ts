import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import vectors from '@imagemill/variants/private-vectors.json' with { type: 'json' };
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CloudFrontRequest, requestOf, urlOf } from '../test-support/cloudfront-function.ts';
import { inSeconds, SECRET, signedPath } from '../test-support/signed-path.ts';

const NJS = '/usr/bin/njs';

/** njs has the dialect of CloudFront's runtime: syntax that only Node has fails here. `pnpm test:nginx` installs it. */
describe.skipIf(!existsSync(NJS))('the function in njs', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imagemill-njs-'));
    const known = vectors.keys.map(({ kid, secret }) => [kid, secret]);
    const keys = JSON.stringify({ k1: SECRET, ...Object.fromEntries(known) });
    const kvs = `{ get: (key) => { const keys = ${keys}; if (!keys[key]) throw new Error('none'); return keys[key]; } }`;
    await writeFile(join(dir, 'cloudfront.js'), `export default { kvs: () => (${kvs}) };`);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  async function run(request: CloudFrontRequest): Promise<CloudFrontRequest & { readonly statusCode?: number }> {
    const code = await readFile(new URL('viewer-request.js', import.meta.url), 'utf8');
    const call = `handler({ request: ${JSON.stringify(request)} }).then((result) => console.log(JSON.stringify(result)));`;
    const script = join(dir, `${randomUUID()}.js`);
    await writeFile(script, `${code.replace("from 'cloudfront'", "from 'cloudfront.js'")}\n${call}`);
    const { stdout } = await promisify(execFile)(NJS, ['-p', dir, script], { timeout: 60_000 });
    // Some versions print strings with quotes.
    const printed = JSON.parse(stdout.trim().replace(/^'|'$/g, ''));
    return printed;
  }

  const id = randomUUID();
  const path = `/private/${id.slice(-2)}/${id}/c1c0940b1c40/thumb.webp`;

  test('verifies the test vectors', async () => {
    for (const { kid, exp, key, s } of vectors.vectors) {
      const url = `/${key}?exp=${exp}&kid=${kid}&s=${s}`;
      expect(urlOf(await run(requestOf(url)))).toBe(url);
    }
  });

  test('normalises the cache key', async () => {
    const headers = { accept: 'image/webp;q=0.5, image/avif;q=0' };
    const result = await run(requestOf(`/images/${id}?w=300&utm=x&f=auto&w=400`, headers));
    expect(urlOf(result)).toBe(`/images/${id}?f=auto&w=300`);
    expect(result.headers.accept?.value).toMatch(/^image\/webp/);
  });

  test('verifies signature and expiry', async () => {
    const url = signedPath(path);
    expect(urlOf(await run(requestOf(url)))).toBe(url);
    expect(await run(requestOf(url.slice(0, -1)))).toMatchObject({ statusCode: 403 });
    expect(await run(requestOf(signedPath(path, { exp: inSeconds(-1) })))).toMatchObject({ statusCode: 403 });
    expect(await run(requestOf(signedPath(path, { kid: 'none' })))).toMatchObject({ statusCode: 403 });
  });
});
