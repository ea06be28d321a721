import { z } from 'zod';

/** An object that a bucket reports as created. */
export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  /** As the bucket sent it; some servers send none. */
  readonly eTag: string | undefined;
}

/** More do not fit into 1 MiB. The servers send one. */
const RECORDS_MAX = 1_000;

/**
 * S3's event notification, as Amazon, Ceph, MinIO and SeaweedFS send it: several records per body, keys URL-encoded
 * like a form. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const S3Notification = z.object({
  Records: z
    .array(
      z.object({
        eventName: z.string(),
        s3: z.object({
          bucket: z.object({ name: z.string() }),
          object: z.object({ key: z.string(), eTag: z.string().optional() }),
        }),
      }),
    )
    .max(RECORDS_MAX),
});

/** The same through EventBridge: one object per body, its key not encoded. */
const EventBridgeEvent = z.object({
  'detail-type': z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), etag: z.string().optional() }),
  }),
});

/**
 * The created objects of an event in either form. Other events (deletions, S3's test event) have none; malformed keys
 * are skipped.
 *
 * @throws ZodError for a body that is not a bucket event
 */
export const BucketEvent = z.union([
  S3Notification.transform(({ Records }) =>
    Records.filter(({ eventName }) => /^(?:s3:)?ObjectCreated:/.test(eventName)).flatMap(({ s3 }): CreatedObject[] => {
      const key = decodeFormEncoded(s3.object.key);
      return key === undefined ? [] : [{ bucket: s3.bucket.name, key, eTag: s3.object.eTag }];
    }),
  ),
  EventBridgeEvent.transform(({ 'detail-type': type, detail }): CreatedObject[] =>
    type === 'Object Created' ? [{ bucket: detail.bucket.name, key: detail.object.key, eTag: detail.object.etag }] : [],
  ),
  z.object({ Event: z.literal('s3:TestEvent') }).transform((): CreatedObject[] => []),
]);

function decodeFormEncoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
