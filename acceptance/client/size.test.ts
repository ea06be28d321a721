import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

const GZIPPED_BYTES_MAX = 10_000;
const input = fileURLToPath(new URL('../../packages/client/src/index.ts', import.meta.url));

// The published package is tested in package.slow.test.ts.
test('the client is under 10 KB for a browser, gzipped, and needs no other package', async () => {
  const bundle = await rolldown({ input, platform: 'browser' });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  expect(output[0].moduleIds.filter((id) => id.includes('/zod'))).toEqual([]);
  const bytes = gzipSync(output[0].code, { level: 9 }).byteLength;
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(GZIPPED_BYTES_MAX);
});
