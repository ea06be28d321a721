import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import vectors from '../packages/variants/src/sizes/size-vectors.json' with { type: 'json' };

const script = `
import base64, hashlib, hmac, json, sys
given = json.load(sys.stdin)
for vector in given["vectors"]:
    text = "/images/" + given["imageId"] + "?" + vector["query"]
    digest = hmac.new(bytes.fromhex(given["secret"]), text.encode(), hashlib.sha256).digest()
    print(base64.urlsafe_b64encode(digest).decode().rstrip("="))
`;

function python(): string[] | undefined {
  try {
    const output = execFileSync('python3', ['-c', script], { input: JSON.stringify(vectors), encoding: 'utf8' });
    return output.trim().split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

test("Python's hmac makes the signatures of the test vectors", ({ skip }) => {
  const signatures = python();
  skip(signatures === undefined, 'There is no python3.');
  expect(signatures).toEqual(vectors.vectors.map(({ s }) => s));
});
