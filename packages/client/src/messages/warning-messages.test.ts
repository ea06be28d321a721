import { expect, test } from 'vitest';
import type { ImageWarning } from '../types.ts';
import { messageForWarning } from './warning-messages.ts';

test('names what is too small, and what would be enough', () => {
  const [size, needed] = [
    { width: 800, height: 1000 },
    { width: 1920, height: 2400 },
  ];
  expect(messageForWarning({ code: 'too-small', variants: ['large', 'retina'], ...size, needed })).toBe(
    'This image is small: 800 × 1000 pixels. For full-size large and retina pictures, upload one of at least 1920 × 2400.',
  );
});

test('does not show a profile without a name', () => {
  expect(messageForWarning({ code: 'profile-converted', profile: 'Adobe RGB (1998)' })).toContain('Adobe RGB (1998)');
  expect(messageForWarning({ code: 'profile-converted', profile: 'unnamed' })).not.toContain('unnamed');
});

test('a code of a later version is returned as it is', () => {
  expect(messageForWarning({ code: 'brand-new' } as unknown as ImageWarning)).toBe('brand-new');
});
