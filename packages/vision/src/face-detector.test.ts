import { fileURLToPath } from 'node:url';
import { detectorFrame, largerFrame } from '@imagemill/imaging';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { createFaceDetector } from './face-detector.ts';
import { findFaceRuntime } from './faces/face-model.ts';
import { frameBytes, largerFrameBytes } from './faces/model-input.ts';

const detector = createFaceDetector();
afterAll(() => detector.close());

const unsure = fileURLToPath(new URL('test-support/unsure-finder.ts', import.meta.url));
const blank = new Uint8Array(frameBytes);
const noLarger = () => Promise.reject(new Error('There is no larger frame.'));
const largerBlank = async () => new Uint8Array(largerFrameBytes);

const photo = (name: string) => fileURLToPath(new URL(`../../../examples/photos/${name}`, import.meta.url));
const stretched = (input: string | Buffer, { width, height }: { width: number; height: number }) =>
  sharp(input).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer();

test('finds the face of a portrait in the small frame', async () => {
  const [face, ...others] = await detector.detect(await stretched(photo('avatar.jpg'), detectorFrame), noLarger);
  expect(others).toEqual([]);
  // The eyes and the chin of the astronaut are within.
  expect(face?.left).toBeLessThan(0.39);
  expect(face?.top).toBeLessThan(0.2);
  expect((face?.left ?? 1) + (face?.width ?? 1)).toBeGreaterThan(0.48);
  expect((face?.top ?? 1) + (face?.height ?? 1)).toBeGreaterThan(0.3);
});

test('finds a small face in a corner of the larger frame', async () => {
  const portrait = await sharp(photo('avatar.jpg')).resize(128, 96, { fit: 'fill' }).toBuffer();
  const picture = await sharp({ create: { ...largerFrame, channels: 3, background: '#000000' } })
    .composite([{ input: portrait, left: 512, top: 0 }])
    .png()
    .toBuffer();
  const [found] = await detector.detect(await stretched(picture, detectorFrame), () => stretched(picture, largerFrame));
  expect(found?.left).toBeGreaterThan(0.8);
  expect(found?.height).toBeLessThan(0.1);
});

test('finds nothing in a picture of a flower', async () => {
  const flower = photo('product.jpg');
  const larger = () => stretched(flower, largerFrame);
  expect(await detector.detect(await stretched(flower, detectorFrame), larger)).toEqual([]);
});

test('starts its process with the first frame, and replaces it after a frame with which it has too much memory', async () => {
  const [small, usual] = [createFaceDetector({ memoryBytesMax: 1 }), createFaceDetector()];
  expect([small.pid, usual.pid]).toEqual([undefined, undefined]);
  for (const each of [small, small, usual]) expect(await each.detect(blank, largerBlank)).toEqual([]);
  expect([small.pid, usual.pid]).toEqual([undefined, expect.any(Number)]);
  await Promise.all([small.close(), usual.close()]);
});

test('a frame of another size is an error, and the next one has an answer again after a pause', async () => {
  const impatient = createFaceDetector({ pauseMs: 0 });
  await expect(impatient.detect(new Uint8Array(3), largerBlank)).rejects.toThrow(`${frameBytes} bytes`);
  await expect(impatient.detect(blank, async () => blank)).rejects.toThrow(`${largerFrameBytes} bytes`);
  expect(await impatient.detect(blank, largerBlank)).toEqual([]);
  await impatient.close();
});

test('a larger frame that never comes is an error in time, and other pictures do not wait for it', async () => {
  const patient = createFaceDetector();
  const failed = new Error('The image was dropped.');
  const { promise: never, reject } = Promise.withResolvers<Uint8Array>();
  const waiting = expect(patient.detect(blank, () => never)).rejects.toThrow(failed);
  expect(await patient.detect(blank, largerBlank)).toEqual([]);
  reject(failed);
  await waiting;
  await patient.close();
  const impatient = createFaceDetector({ timeoutMs: 1_000, program: unsure });
  // On a busy machine, its process may not have started then.
  await expect(impatient.detect(blank, () => new Promise(() => {}))).rejects.toThrow(/took too long|not found in time/);
  await impatient.close();
});

describe('with a process that never answers', () => {
  const program = fileURLToPath(new URL('test-support/stuck-finder.ts', import.meta.url));

  test('fails in time, kills the process, and fails at once during the pause', async () => {
    const stuck = createFaceDetector({ program, timeoutMs: 1_000 });
    const failing = expect(stuck.detect(blank, largerBlank)).rejects.toThrow('in time');
    await expect.poll(() => stuck.pid).toBeTypeOf('number');
    const pid = stuck.pid ?? 0;
    await failing;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(stuck.detect(blank, largerBlank)).rejects.toThrow('paused');
    expect(stuck.pid).toBeUndefined();
  });

  test('refuses frames beyond its queue', async () => {
    const stuck = createFaceDetector({ program, waitingMax: 1 });
    const first = expect(stuck.detect(blank, largerBlank)).rejects.toThrow('has ended');
    await expect(stuck.detect(blank, largerBlank)).rejects.toThrow('Too many');
    await expect.poll(() => stuck.pid).toBeTypeOf('number');
    await stuck.close();
    await first;
  });
});

test('an engine sends frames of the sizes that the model sees', () => {
  const bytesOf = ({ width, height }: typeof detectorFrame | typeof largerFrame) => 3 * width * height;
  expect([frameBytes, largerFrameBytes]).toEqual([bytesOf(detectorFrame), bytesOf(largerFrame)]);
});

describe('what is missing is named', () => {
  test('nothing is, in a whole installation', () => {
    expect(findFaceRuntime()).toMatchObject({ runtime: { name: 'onnxruntime-node' } });
  });

  test('a model that is not the one of the revisions', () => {
    expect(findFaceRuntime({ model: fileURLToPath(import.meta.url) })).toEqual({
      reason: expect.stringContaining('has the SHA-256'),
    });
  });

  test('the runtime, or its binary for this machine', () => {
    const installed = (...names: string[]) => ({
      libc: 'glibc',
      resolve(name: string) {
        if (!names.includes(name)) throw new Error('not found');
        return name === 'onnxruntime-node' ? import.meta.resolve('onnxruntime-node') : import.meta.url;
      },
    });
    const reasonWith = (surroundings: Parameters<typeof findFaceRuntime>[0]) =>
      expect(findFaceRuntime(surroundings)).toEqual({ reason: expect.stringContaining('onnxruntime-web is not') });
    reasonWith(installed());
    reasonWith({ ...installed('onnxruntime-node'), libc: 'musl' });
    reasonWith({
      libc: 'glibc',
      resolve: (name) => (name === 'onnxruntime-node' ? import.meta.url : installed().resolve(name)),
    });
    expect(findFaceRuntime({ ...installed('onnxruntime-node', 'onnxruntime-web'), libc: 'musl' })).toMatchObject({
      runtime: { name: 'onnxruntime-web', url: import.meta.url },
    });
    expect(findFaceRuntime(installed('onnxruntime-node', 'onnxruntime-web'))).toMatchObject({
      runtime: { name: 'onnxruntime-node' },
    });
  });
});
