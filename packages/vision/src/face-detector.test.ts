import { fileURLToPath } from 'node:url';
import { detectorFrame } from '@imagemill/imaging';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { createFaceDetector } from './face-detector.ts';
import { whyNoFaces } from './faces/face-model.ts';
import { frameBytes } from './faces/model-input.ts';

const detector = createFaceDetector();
afterAll(() => detector.close());

const { width, height } = detectorFrame;
const blank = new Uint8Array(frameBytes);

async function frameOf(photo: string): Promise<Uint8Array> {
  const file = fileURLToPath(new URL(`../../../examples/photos/${photo}`, import.meta.url));
  return sharp(file).resize(width, height, { fit: 'fill' }).raw().toBuffer();
}

test('finds the face of a portrait, and a small one in a corner', async () => {
  const portrait = await frameOf('avatar.jpg');
  const [face, ...others] = await detector.detect(portrait);
  expect(others).toEqual([]);
  // The eyes and the chin of the astronaut are within.
  expect(face?.left).toBeLessThan(0.39);
  expect(face?.top).toBeLessThan(0.2);
  expect((face?.left ?? 1) + (face?.width ?? 1)).toBeGreaterThan(0.48);
  expect((face?.top ?? 1) + (face?.height ?? 1)).toBeGreaterThan(0.3);
  const small = await sharp(portrait, { raw: { width, height, channels: 3 } })
    .resize(128, 96)
    .toBuffer();
  const corner = sharp(blank, { raw: { width, height, channels: 3 } });
  const [found] = await detector.detect(
    await corner
      .composite([{ input: small, raw: { width: 128, height: 96, channels: 3 }, left: 512, top: 0 }])
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
  expect(found?.left).toBeGreaterThan(0.8);
  expect(found?.height).toBeLessThan(0.1);
});

test('finds nothing in a picture of a flower', async () => {
  expect(await detector.detect(await frameOf('product.jpg'))).toEqual([]);
});

test('a frame of another size is an error, and the next one has an answer again after a pause', async () => {
  const impatient = createFaceDetector({ pauseMs: 0 });
  await expect(impatient.detect(new Uint8Array(3))).rejects.toThrow('921600 bytes');
  expect(await impatient.detect(blank)).toEqual([]);
  await impatient.close();
});

describe('with a process that never answers', () => {
  const program = fileURLToPath(new URL('test-support/stuck-finder.ts', import.meta.url));

  test('fails in time, kills the process, and fails at once during the pause', async () => {
    const stuck = createFaceDetector({ program, timeoutMs: 1_000 });
    const failing = expect(stuck.detect(blank)).rejects.toThrow('in time');
    await expect.poll(() => stuck.pid).toBeTypeOf('number');
    const pid = stuck.pid ?? 0;
    await failing;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(stuck.detect(blank)).rejects.toThrow('paused');
    expect(stuck.pid).toBeUndefined();
  });

  test('refuses frames beyond its queue', async () => {
    const stuck = createFaceDetector({ program, waitingMax: 1 });
    const first = expect(stuck.detect(blank)).rejects.toThrow('has ended');
    await expect(stuck.detect(blank)).rejects.toThrow('Too many');
    await expect.poll(() => stuck.pid).toBeTypeOf('number');
    await stuck.close();
    await first;
  });
});

test('an engine sends frames of the size that the model sees', () => {
  expect(frameBytes).toBe(width * height * 3);
});

describe('what is missing is named', () => {
  test('nothing is, in a whole installation', () => {
    expect(whyNoFaces()).toBeUndefined();
  });

  test('a model that is not the one of the revisions', () => {
    expect(whyNoFaces({ model: fileURLToPath(import.meta.url) })).toContain('has the SHA-256');
  });

  test('the runtime, or its binary for this machine', () => {
    const resolve = () => {
      throw new Error('not found');
    };
    expect(whyNoFaces({ resolve })).toBe('onnxruntime-node is not installed.');
    expect(whyNoFaces({ resolve: () => import.meta.url })).toContain('has no binary');
  });
});
