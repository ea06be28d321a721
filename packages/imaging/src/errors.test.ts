import { describe, expect, test } from 'vitest';
import { RejectedImageError, toRejection } from './errors.ts';

describe('an error of libvips about a source becomes a rejection that the seller understands', () => {
  test.each([
    ['Input image exceeds pixel limit', 'too-many-pixels'],
    [
      'heif: Memory allocation error: Security limit exceeded: Image size 65536x65536 exceeds the maximum image size 32768x32768',
      'too-many-pixels',
    ],
    ['Input buffer has corrupt header: VipsJpeg: Maximum supported image dimension is 65500 pixels', 'too-many-pixels'],
    ['Input buffer contains unsupported image format', 'unsupported-format'],
    ['Input image exceeds channel limit', 'unsupported-format'],
    ['VipsJpeg: premature end of JPEG image', 'corrupt'],
    ['an unknown message', 'corrupt'],
  ])('%s: %s', (message, code) => {
    const rejection = toRejection(new Error(message));
    expect(rejection).toBeInstanceOf(RejectedImageError);
    expect(rejection).toMatchObject({ code, retryable: false });
    expect(rejection).toHaveProperty('publicMessage', expect.not.stringContaining('libvips'));
  });
});

describe('an internal failure is never reported as a fault of the picture', () => {
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
  });

  test('a TypeError of our code', () => {
    const error = new TypeError('x is not a function');
    expect(toRejection(error)).toBe(error);
  });
});
