import { describe, expect, test } from 'vitest';
import { asciiText, cleanText } from './clean-text.ts';

const clean = (text: string) => cleanText(Buffer.from(text));

describe('a text', () => {
  test('is cut between characters, also within the bytes of one', () => {
    expect(clean('山'.repeat(300))).toBe('山'.repeat(256));
    expect(clean('𠮷'.repeat(300))).toBe('𠮷'.repeat(256));
    expect(clean(`x${'𠮷'.repeat(300)}`)).toBe(`x${'𠮷'.repeat(255)}`);
  });

  test('has no control characters and nothing that XML forbids', () => {
    expect(clean('Jane\u0000\u001b[31m\r\n\ufffe Doe\uffff\u0085')).toBe('Jane [31m Doe');
  });

  test('keeps joiners and directions, which scripts need', () => {
    expect(clean('می\u200cخواهم')).toBe('می\u200cخواهم');
  });

  test.each(['', ' \t', '©', '…—'])('without a letter or digit is empty: %j', (text) => {
    expect(clean(text)).toBe('');
  });
});

test.each([
  ['© Zoë Żak', '(C) Zoe Zak'],
  ['© 2026 山田', '(C) 2026 ??'],
  ['山田太郎', ''],
])('%s is %j in ASCII', (text, ascii) => {
  expect(asciiText(text)).toBe(ascii);
});
