import { describe, expect, test } from 'vitest';
import { decodeJxl, requireJxlDecoder } from './source/jxl/jxl-decoder.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { sampleColour } from './test-support/heic.ts';
import { manyFramesJxl } from './test-support/hostile/index.ts';
import { jxlSample } from './test-support/jxl.ts';
import { leastThreadCpuMs } from './test-support/least-cpu.ts';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
import { engineOf, metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';
import { expectSample as expectColours, expectSampleInEveryFormat } from './test-support/sample-picture.ts';

async function expectSample(bytes: Buffer, within = 2) {
  const pixels = await expectColours(bytes, within);
  expect([pixels.width, pixels.height]).toEqual([64, 48]);
  return pixels;
}

describe('a JPEG XL', () => {
  test('has its colours in every format', async () => {
    await expectSampleInEveryFormat(await jxlSample('plain'));
  });

  test('reports its facts', async () => {
    const inspected = async (name: Parameters<typeof jxlSample>[0]) =>
      (await engineOf()).inspect(await jxlSample(name), { contentType: 'image/jxl' });
    const usual = {
      format: 'jxl',
      width: 64,
      height: 48,
      orientation: 1,
      hasAlpha: false,
      frames: 1,
      colourSpace: 'srgb',
    };
    expect(await inspected('plain')).toMatchObject(usual);
    expect(await inspected('deep')).toMatchObject({ ...usual, colourSpace: 'rgb16' });
    expect(await inspected('grey')).toMatchObject({ ...usual, colourSpace: 'b-w' });
    expect(await inspected('alpha')).toMatchObject({ ...usual, hasAlpha: true });
    expect(await inspected('turned')).toMatchObject({ ...usual, orientation: 6 });
  });

  test('with loss, of 16 bits, and from a JPEG is decoded', async () => {
    await expectSample(await jxlSample('lossy'), 6);
    await expectSample(await jxlSample('deep'));
    await expectSample(await jxlSample('jpeg'), 4);
  });

  test('with a profile is converted to sRGB, and keeps a wide gamut in p3', async () => {
    const bytes = await jxlSample('p3');
    await expectSample(bytes);
    const set = variantSet({ name: 'wide', colour: 'p3', format: 'webp' }, { name: 'usual', format: 'webp' });
    for (const { data, variant } of await renderSet(bytes, set)) {
      expect((await metadataOf(data)).icc !== undefined).toBe(variant.name === 'wide');
    }
  });

  test('with an alpha channel keeps it', async () => {
    const { alpha, rgb } = await pixelReader((await renderOne(await jxlSample('alpha'))).data);
    expect(colourDifference(rgb(58, 40), sampleColour(58, 40))).toBeLessThan(2);
    expect([alpha(10, 20), alpha(50, 20)]).toEqual([0, 255]);
  });

  test('is turned by its orientation', async () => {
    await expectSample(await jxlSample('turned'), 6);
  });

  test('of several pictures shows its first one', async () => {
    await expectSample(await jxlSample('moving'), 12);
  });

  test('keeps its DigitalSourceType', async () => {
    const bytes = await jxlSample('jpeg');
    const { provenance } = await (await engineOf()).inspect(bytes);
    expect(provenance?.digitalSourceType).toContain('trainedAlgorithmicMedia');
    const { data } = await renderOne(bytes, { format: 'jpeg' });
    expect((await metadataOf(data)).xmp?.toString()).toContain('trainedAlgorithmicMedia');
  });
});

describe('a damaged JPEG XL is rejected', () => {
  test.each([0.1, 0.3, 0.6, 0.8, 0.95])('if %d of it is there', async (part) => {
    for (const name of ['plain', 'lossy', 'jpeg'] as const) {
      const bytes = await jxlSample(name);
      expect(await outcomeOf(bytes.subarray(0, Math.floor(bytes.length * part))), name).toBe('corrupt');
    }
  });

  test('if it is a container without a picture', async () => {
    const bytes = Buffer.from(await jxlSample('jpeg'));
    expect(await inspectionOf(bytes.subarray(0, 32))).toBe('corrupt');
  });

  test('if its declared type is another one', async () => {
    expect(await inspectionOf(await jxlSample('plain'), {}, 'image/jpeg')).toBe('type-mismatch');
  });
});

test('the limits of pixels and sides hold for a JPEG XL, before anything is decoded', async () => {
  // Both sides with 30 bits, all of them 1.
  const huge = Buffer.concat([Buffer.of(0xff, 0x0a), Buffer.alloc(40, 0xfe)]);
  expect(await inspectionOf(huge)).toBe('too-many-pixels');
});

test('frames after the first one cost next to nothing: a JPEG XL of 300,000', async () => {
  const bytes = await manyFramesJxl(300_000);
  // Measured: 0.03 s; the first run 0.08 s. With all frames, 2.6 s.
  expect(leastThreadCpuMs(() => decodeJxl(bytes), 500)).toBeLessThanOrEqual(500);
});

test('after a damaged one, the next JPEG XL is rendered', async () => {
  const bytes = Buffer.from(await jxlSample('lossy'));
  bytes.fill(0xa5, 60, 200);
  await outcomeOf(bytes);
  await expectSample(await jxlSample('plain'));
});

test('without the decoder, a JPEG XL is an unsupported format, and the message names the decoder', () => {
  const missing = 'jxl-oxide-wasm-is-not-installed';
  expect(() => requireJxlDecoder(() => import.meta.resolve(missing))).toThrow(
    expect.objectContaining({
      code: 'unsupported-format',
      reason: 'jxl-decoder-missing',
      retryable: false,
      publicMessage: expect.stringContaining('jxl-oxide-wasm'),
    }),
  );
});
