import type { Readable } from 'node:stream';

const LINES_MAX = 50;
const LINE_CHARS_MAX = 500;

/**
 * Reads a stream to its end, and gives the beginnings of its first lines. The rest is dropped: a hostile file could make a process write
 * without end, also in one line.
 */
export function firstLines(stream: Readable, onLine: (line: string) => void): void {
  let left = LINES_MAX;
  let line = '';

  function end(): void {
    if (line !== '' && left > 0) {
      left -= 1;
      onLine(line);
    }
    line = '';
  }

  function read(text: string): void {
    if (left === 0) return;
    const [rest = '', ...more] = text.split('\n');
    line = (line + rest).slice(0, LINE_CHARS_MAX);
    for (const next of more) {
      end();
      line = next.slice(0, LINE_CHARS_MAX);
    }
  }

  stream.setEncoding('utf8').on('data', read).on('end', end);
}
