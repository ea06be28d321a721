import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { RejectedImageError, toRejection, toTimeout } from './errors.ts';
import { createImagingEngine } from './index.ts';
import { createRandom, fromPixels } from './test-support/pictures.ts';
import { variantSet } from './test-support/render.ts';

describe('what libvips says about a source becomes a reason that its seller understands', () => {
  test.each([
    ['Input image exceeds pixel limit', 'too-many-pixels'],
    [
      'heif: Memory allocation error: Security limit exceeded: Image size 65536x65536 exceeds the maximum image size 32768x32768',
      'too-many-pixels',
    ],
    ['Input buffer has corrupt header: VipsJpeg: Maximum supported image dimension is 65500 pixels', 'too-many-pixels'],
    ['timeout: 42% complete', 'timeout'],
    ['Input buffer contains unsupported image format', 'unsupported-format'],
    ['Input image exceeds channel limit', 'unsupported-format'],
    ['VipsJpeg: premature end of JPEG image', 'corrupt'],
    ['something that nobody has seen yet', 'corrupt'],
  ])('%s: %s', (message, code) => {
    const rejection = toRejection(new Error(message));
    expect(rejection).toBeInstanceOf(RejectedImageError);
    expect(rejection).toMatchObject({ code, retryable: false });
    expect(rejection).toHaveProperty('publicMessage', expect.not.stringContaining('libvips'));
  });
});

describe('our own trouble is never told as the picture’s', () => {
  test.each([
    'vips_tracked: out of memory -- size == 24MB',
    'Could not allocate enough memory for raw output',
    'unable to make temporary file /tmp/vips-0-1.v\nsystem error: No space left on device',
    'system error: Too many open files',
    'unable to create thread',
    'system error: Resource temporarily unavailable',
    'Expected positive integer for width but received NaN of type number',
  ])('%s', (message) => {
    const error = new Error(message);
    expect(toRejection(error)).toBe(error);
    expect(toTimeout(error)).toBe(error);
  });

  test('nor is a mistake in the code', () => {
    const error = new TypeError('x is not a function');
    expect(toRejection(error)).toBe(error);
  });

  test('nor is anything that goes wrong once the pixels are decoded, but taking too long', () => {
    const error = new Error('webpsave: unable to encode');
    expect(toTimeout(error)).toBe(error);
    expect(toTimeout(new Error('timeout: 7% complete'))).toMatchObject({ code: 'timeout' });
  });
});

test('an encode that takes longer than the limit is stopped', async () => {
  const random = createRandom(5);
  const noise = await fromPixels(2600, 2600, 1, () => [random() * 256])
    .png({ compressionLevel: 0 })
    .toBuffer();
  const engine = await createImagingEngine({ limits: { timeoutMs: 1000 } });
  const set = variantSet({ width: 2600, height: 2600, format: 'webp', effort: 6, quality: 95 });
  const picture = await engine.decode(noise, await engine.inspect(noise), set);
  await expect(Array.fromAsync(picture.render())).rejects.toMatchObject({ code: 'timeout', retryable: false });
  expect(sharp.counters().process).toBe(0);
});
