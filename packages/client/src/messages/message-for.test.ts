import { expect, test } from 'vitest';
import { ImageEndedError, ImagemillError } from '../errors.ts';
import type { Image } from '../types.ts';
import { isRefusedKey, messageFor } from './message-for.ts';

const error = (code: string, options = {}) => new ImagemillError(`field: must be so`, { code, ...options });

test('names the size of a file and the limit in MB, never as the same number', () => {
  const tooLarge = error('upload-too-large', { limit: 52_428_800 });
  expect(messageFor(tooLarge, { name: 'a.jpg', size: 61_000_000 })).toBe('This file is 61 MB; the limit is 52.4 MB.');
  expect(messageFor(tooLarge, { name: 'a.jpg', size: 52_428_801 })).toBe('This file is 52.5 MB; the limit is 52.4 MB.');
  expect(messageFor(tooLarge)).toBe('This file is too large; the limit is 52.4 MB.');
  expect(messageFor(error('upload-too-large'))).toBe('This file is too large.');
});

test.each(['unsupported-type', 'unsupported-format'])('%s of a HEIC file explains how to get a JPEG', (code) => {
  expect(messageFor(error(code), { name: 'IMG_0001.HEIC' })).toContain('Most Compatible');
  expect(messageFor(error(code), { name: 'notes.txt' })).toContain('Use JPEG, PNG');
});

test('names Retry-After in seconds or minutes', () => {
  expect(messageFor(error('overloaded', { retryAfterSeconds: 9.5 }))).toContain('Try again in 10 s.');
  expect(messageFor(error('rate-limited', { retryAfterSeconds: 3600 }))).toContain('Try again in 60 minutes.');
  expect(messageFor(error('queue-unavailable'))).toContain('Try again in a moment.');
});

test('distinguishes the timeout of an image from that of a call', () => {
  const rejection = { code: 'timeout', message: 'x' };
  const rejected = new ImageEndedError({ status: 'rejected', error: rejection } as Image);
  expect(messageFor(rejection)).toContain('takes too long to process');
  expect(messageFor(rejected)).toContain('takes too long to process');
  expect(messageFor(new ImagemillError('No answer in time.', { code: 'timeout' }))).toBe('No answer in time.');
});

test("an unknown code keeps the API's message, and other errors keep theirs", () => {
  expect(messageFor({ code: 'brand-new', message: 'In its own words.' })).toBe('In its own words.');
  expect(messageFor(new Error('broken'))).toBe('broken');
  expect(messageFor('broken')).toBe('broken');
});

test('recognizes a refused key by its code', () => {
  expect(['unauthorized', 'key-expired', 'missing-scope', 'network'].map((code) => isRefusedKey(error(code)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(isRefusedKey(undefined)).toBe(false);
});
