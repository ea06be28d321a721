import { expect, test } from 'vitest';
import { BucketEvent } from './bucket-event.ts';

const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: 'originals' }, object: { key, size: 5, eTag: 'abc', sequencer: '00' } },
});

test('reads several records, and decodes their keys like a form', () => {
  const event = {
    Records: [record('a/b+c%2Bd/%C3%A9t%C3%A9.jpg'), record('x', 's3:ObjectCreated:CompleteMultipartUpload')],
  };
  expect(BucketEvent.parse(event)).toEqual([
    { bucket: 'originals', key: 'a/b c+d/été.jpg', eTag: 'abc' },
    { bucket: 'originals', key: 'x', eTag: 'abc' },
  ]);
});

test("ignores deletions, S3's test event, and malformed keys", () => {
  expect(BucketEvent.parse({ Records: [record('x', 'ObjectRemoved:Delete'), record('%E0%A4%A')] })).toEqual([]);
  expect(BucketEvent.parse({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'originals' })).toEqual([]);
});

test("reads EventBridge's form, with a key that is not encoded", () => {
  const detail = { bucket: { name: 'originals' }, object: { key: 'a+b.jpg', size: 5, etag: 'abc' } };
  expect(BucketEvent.parse({ source: 'aws.s3', 'detail-type': 'Object Created', detail })).toEqual([
    { bucket: 'originals', key: 'a+b.jpg', eTag: 'abc' },
  ]);
  expect(BucketEvent.parse({ 'detail-type': 'Object Deleted', detail })).toEqual([]);
});

test.each([{}, [], null, { Records: 'x' }, { Records: [{}] }, 'text'])('rejects %j', (body) => {
  expect(BucketEvent.safeParse(body).success).toBe(false);
});
