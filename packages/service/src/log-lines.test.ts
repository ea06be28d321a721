import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** A program with a logger; its output is a pipe. */
const program = (body: string) => [
  '--input-type=module',
  '--eval',
  `import { createLogger } from '${new URL('logger.ts', import.meta.url).href}';\nconst logger = createLogger('test', 'info');\n${body}`,
];
const messagesIn = (output: string) =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

test('all lines are written in their order, also those of the turn in which the process exits', async () => {
  const logging =
    "logger.info('1'); logger.error('2'); await new Promise(setImmediate); logger.info('3'); process.exit(0)";
  const { stdout } = await promisify(execFile)(process.execPath, program(logging));
  expect(messagesIn(stdout)).toEqual(['1', '2', '3']);
});

test('lines before an uncaught error are written', async () => {
  const child = spawn(process.execPath, program("logger.info('1'); throw new Error('a bug')"), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect({ code, messages: messagesIn(output) }).toEqual({ code: 1, messages: ['1'] });
});

test('lines are not lost in a pipe that is full', async () => {
  const count = 3_000;
  const logging = `for (let line = 0; line < ${count}; line += 1) logger.info(String(line).padEnd(100));`;
  const { stdout } = await promisify(execFile)(process.execPath, program(logging), { maxBuffer: 10_000_000 });
  expect(messagesIn(stdout)).toHaveLength(count);
});

test('lines are written while the process goes on', async () => {
  const child = spawn(process.execPath, program("logger.info('1'); setInterval(() => {}, 1_000)"), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [chunk] = await once(child.stdout, 'data');
  expect(messagesIn(String(chunk))).toEqual(['1']);
  child.kill('SIGKILL');
  await once(child, 'exit');
});
