import { expect, test } from 'vitest';
import { workerEnv } from '../env.ts';

const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const valid = { REDIS_URL: 'redis://r', S3_ENDPOINT: 'https://s3.test', CDN_BASE_URL: 'https://cdn.test' };
const problems = (settings: Record<string, string>) =>
  workerEnv.safeParse({ ...valid, ...settings }).error?.issues.map(({ path }) => path[0]) ?? [];

test('the settings demand a secret, and https unless private addresses are allowed', () => {
  const [https, http] = ['https://m.test/', 'http://m.test/'];
  expect(problems({})).toEqual([]);
  expect(problems({ MODERATION_URL: https })).toEqual(['MODERATION_SECRETS']);
  expect(problems({ MODERATION_URL: https, MODERATION_SECRETS: 'whsec_short' })).toEqual(['MODERATION_SECRETS']);
  expect(problems({ MODERATION_URL: https, MODERATION_SECRETS: secret })).toEqual([]);
  expect(problems({ MODERATION_URL: http, MODERATION_SECRETS: secret })).toEqual(['MODERATION_URL']);
  const allowed = { MODERATION_ALLOW_PRIVATE: 'true' };
  expect(problems({ MODERATION_URL: http, MODERATION_SECRETS: secret, ...allowed })).toEqual([]);
  expect(problems({ MODERATION_WHEN_DOWN: 'ask' })).toEqual(['MODERATION_WHEN_DOWN']);
});
