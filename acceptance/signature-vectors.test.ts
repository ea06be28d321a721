import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import privateVectors from '../packages/variants/src/private/private-vectors.json' with { type: 'json' };
import vectors from '../packages/variants/src/sizes/size-vectors.json' with { type: 'json' };

const script = `
import base64, hashlib, hmac, json, sys
def secret_bytes(text):
    is_hex = len(text) % 2 == 0 and all(digit in "0123456789abcdef" for digit in text)
    return bytes.fromhex(text) if is_hex else base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
for text, secret in json.load(sys.stdin):
    digest = hmac.new(secret_bytes(secret), text.encode(), hashlib.sha256).digest()
    print(base64.urlsafe_b64encode(digest).decode().rstrip("="))
`;

function python(signed: readonly (readonly [text: string, secret: string])[]): string[] | undefined {
  try {
    const output = execFileSync('python3', ['-c', script], { input: JSON.stringify(signed), encoding: 'utf8' });
    return output.trim().split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const sizes = vectors.vectors.map(({ query, s }) => ({
  text: `/images/${vectors.imageId}?${query}`,
  secret: vectors.secret,
  s,
}));
const privateUrls = privateVectors.vectors.map(({ key, exp, kid, s }) => ({
  text: `/${key}?exp=${exp}&kid=${kid}`,
  secret: privateVectors.keys.find((one) => one.kid === kid)?.secret ?? '',
  s,
}));

test.each([
  ['sizes', sizes],
  ['private URLs', privateUrls],
])("Python's hmac makes the signatures of the test vectors of %s", (_of, signed) => {
  const signatures = python(signed.map(({ text, secret }) => [text, secret] as const));
  if (signatures === undefined) return;
  expect(signatures).toEqual(signed.map(({ s }) => s));
});

test('docs/delivery.md has the test vectors', async () => {
  const document = await readFile(new URL('../docs/delivery.md', import.meta.url), 'utf8');
  for (const { text, s } of [...sizes, ...privateUrls]) expect(document).toContain(`| \`${text}\` | \`${s}\` |`);
  for (const { secret } of [...sizes, ...privateUrls]) expect(document).toContain(`\`${secret}\``);
});
