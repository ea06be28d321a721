import { type DestinationStream, pino } from 'pino';

const STANDARD_OUTPUT = 1;

/**
 * Writes the lines of one turn of the event loop together: a write for each line takes a quarter of the CPU of a refused request. What a
 * process has logged is written when it exits, and lost only if it is killed in the same turn.
 */
export function createLogLines(fd = STANDARD_OUTPUT): DestinationStream {
  let output: DestinationStream | undefined;
  let lines = '';
  function open(): DestinationStream {
    process.once('exit', flush);
    return pino.destination({ dest: fd, sync: true });
  }
  function flush(): void {
    const text = lines;
    lines = '';
    if (text !== '') output?.write(text);
  }
  return {
    write(line) {
      output ??= open();
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
}
