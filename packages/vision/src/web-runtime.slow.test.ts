import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { detectorFrame, largerFrame } from '@imagemill/imaging';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFaceDetector } from './face-detector.ts';
import { findFaceRuntime } from './faces/face-model.ts';
import type { Runtime } from './faces/runtime.ts';

const VERSION = '1.16.3';
const photo = (name: string) => fileURLToPath(new URL(`../../../examples/photos/${name}`, import.meta.url));
let folder = '';
let runtime: Runtime;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagemill-onnxruntime-web-'));
  const install = [
    'install',
    '--silent',
    '--ignore-scripts',
    '--no-audit',
    '--prefix',
    folder,
    `onnxruntime-web@${VERSION}`,
  ];
  await promisify(execFile)('npm', install);
  const resolve = (name: string) => pathToFileURL(createRequire(join(folder, 'here.js')).resolve(name)).href;
  const found = findFaceRuntime({ resolve, libc: 'musl' });
  if (!found.runtime) throw new Error(found.reason);
  runtime = found.runtime;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(['avatar.jpg', 'product.jpg'])('WebAssembly finds the same boxes as native code in %s', async (name) => {
  expect(runtime.name).toBe('onnxruntime-web');
  // A fifth of the sides: the face of the portrait is so small that the quarters are searched too.
  const picture = await sharp(photo(name))
    .resize(200)
    .extend({ right: 800, bottom: 600, background: '#888888' })
    .png()
    .toBuffer();
  const found = [];
  for (const options of [{}, { runtime }]) {
    const detector = createFaceDetector(options);
    const stretched = ({ width, height }: typeof detectorFrame | typeof largerFrame, input: string | Buffer) =>
      sharp(input).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer();
    const boxes = [];
    for (const input of [photo(name), picture]) {
      boxes.push(
        ...(await detector.detect(await stretched(detectorFrame, input), () => stretched(largerFrame, input))),
      );
    }
    await detector.close();
    found.push(boxes.map(({ left, top, width, height }) => [left, top, width, height].map((side) => side.toFixed(3))));
  }
  expect(found[1]).toEqual(found[0]);
  expect(found[0]).toHaveLength(name === 'avatar.jpg' ? 2 : 0);
});
