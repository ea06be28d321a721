import { createLogger } from '@imagemill/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBucketEventsHarness } from '../test-support/bucket-events-harness.ts';
import { checkBucketEventsQueue, createSqsClient } from './bucket-events-queue.ts';

let events: Awaited<ReturnType<typeof createBucketEventsHarness>>;
beforeAll(async () => {
  events = await createBucketEventsHarness();
});
afterAll(() => events.close());

describe('the start-up check', () => {
  const logger = createLogger('api', 'silent');

  test('accepts an existing queue', async () => {
    const { url } = events.createQueue();
    expect(await checkBucketEventsQueue(events.client(url), url, logger)).toEqual([]);
  });

  test('accepts a queue without a dead-letter queue, with a warning', async () => {
    const lines: string[] = [];
    const written = createLogger('api', 'info', { write: (line) => lines.push(line) });
    const { name, url } = events.createQueue();
    events.server.deleteQueue(name);
    events.server.createQueue(name);
    expect(await checkBucketEventsQueue(events.client(url), url, written)).toEqual([]);
    expect(lines.join('')).toContain('maxReceiveCount');
  });

  test.each([
    ['a missing queue', () => `http://127.0.0.1:${events.server.port}/000000000000/nothing`, /not exist/],
    ['an unreachable server', () => 'http://127.0.0.1:1/000000000000/x', /ECONNREFUSED/],
  ])('reports %s', async (_what, url, message) => {
    const [problem = ''] = await checkBucketEventsQueue(events.client(url()), url(), logger);
    expect(problem).toMatch(message);
    expect(problem).toContain('UPLOAD_EVENTS_QUEUE_URL');
  });
});

test.each([
  ['https://sqs.eu-west-1.amazonaws.com/111122223333/uploads', undefined, 'eu-west-1'],
  ['https://sqs-fips.us-gov-west-1.amazonaws.com/111122223333/uploads', undefined, 'us-gov-west-1'],
  ['https://sqs.eu-central-1.api.aws/111122223333/uploads', undefined, 'eu-central-1'],
  ['https://sqs.cn-north-1.amazonaws.com.cn/111122223333/uploads', undefined, 'cn-north-1'],
  ['https://queues.example.com/1/uploads', 'us-west-2', 'us-west-2'],
])('requests to %s, with the region %s set, are signed for %s', async (url, set, region) => {
  const client = createSqsClient({ url, region: set });
  expect(await client.config.region()).toBe(region);
  client.destroy();
});
