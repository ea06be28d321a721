import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(line: object): string {
  const lines: string[] = [];
  createLogger('api', 'info', { write: (chunk) => lines.push(chunk) }).error(line, 'said');
  return lines.join('');
}

test('an error is logged with its causes, and without what else hangs on it', () => {
  const cause = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
  const text = logged({ err: Object.assign(new Error('no queue', { cause }), { code: 'queue-unavailable' }) });
  expect(text).not.toContain('hunter2');
  expect(JSON.parse(text)).toMatchObject({
    app: 'api',
    msg: 'said',
    err: { type: 'Error', message: 'no queue', code: 'queue-unavailable', cause: { message: 'WRONGPASS' } },
  });
});

test('secrets are not logged, wherever they stand', () => {
  const text = logged({
    uploadUrl: 'https://s3/?X-Amz-Signature=abc',
    headers: { authorization: 'Bearer k' },
    apiKey: 'k1',
  });
  for (const secret of ['abc', 'Bearer', 'k1']) expect(text).not.toContain(secret);
});
