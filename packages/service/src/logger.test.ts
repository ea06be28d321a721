import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(line: object): string {
  const lines: string[] = [];
  createLogger('api', 'info', { write: (chunk) => lines.push(chunk) }).error(line, 'said');
  return lines.join('');
}

test('logs an error with its causes, but without other properties', () => {
  const cause = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
  const text = logged({ err: Object.assign(new Error('no queue', { cause }), { code: 'queue-unavailable' }) });
  expect(text).not.toContain('hunter2');
  expect(JSON.parse(text)).toMatchObject({
    app: 'api',
    msg: 'said',
    err: { type: 'Error', message: 'no queue', code: 'queue-unavailable', cause: { message: 'WRONGPASS' } },
  });
});

test('redacts secret fields at the top level and one level down', () => {
  const text = logged({
    uploadUrl: 'https://s3/?X-Amz-Signature=abc',
    headers: { authorization: 'Bearer k' },
    apiKey: 'k1',
  });
  for (const secret of ['abc', 'Bearer', 'k1']) expect(text).not.toContain(secret);
});

test('redacts API keys, tokens and signatures under any other name, in messages and in stacks', () => {
  const key = `im_live_${'a-_0'.repeat(10)}abc`;
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl-_x';
  const url = 'https://s3/a?X-Amz-Credential=who%2Fwhere&X-Amz-Signature=0123abcd&x-id=PutObject';
  const text = logged({ oddly: { deep: [key, token] }, err: new Error(`no ${key} with ${token} at ${url}`) });
  for (const secret of [key.slice(8), 'c2lnbmF0dXJl', '0123abcd', 'who%2F']) expect(text).not.toContain(secret);
  expect(text).toContain('x-id=PutObject');
  expect(JSON.parse(text)).toMatchObject({ oddly: { deep: ['im_live_[redacted]', '[redacted token]'] } });
});
