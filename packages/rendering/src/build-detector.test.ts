import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const withoutModels = fileURLToPath(new URL('test-support/without-models.ts', import.meta.url));
const cropAnAvatar = fileURLToPath(new URL('test-support/crop-an-avatar.ts', import.meta.url));

test('without the runtime of the model, everything loads, the log has the reason, and an avatar is cropped by attention', async () => {
  const args = ['--import', withoutModels, cropAnAvatar];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000, killSignal: 'SIGKILL' });
  const [logged, cropped, ...more] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(more).toEqual([]);
  expect(logged).toMatchObject({
    off: 'face detection',
    reason: 'onnxruntime-node is not installed, and onnxruntime-web is not installed.',
  });
  expect(cropped).toEqual({
    chosenFocus: { x: expect.any(Number), y: expect.any(Number), by: 'attention' },
    skipped: ['faces'],
    off: ['face detection'],
  });
});
