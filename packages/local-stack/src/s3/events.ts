import { setTimeout as delay } from 'node:timers/promises';
import { bucketArn } from './policy.ts';
import type { StoredObject } from './store/stored-object.ts';
import { encodeKeyForXml } from './url-encoding.ts';

export type EventName = `ObjectCreated:${'Put' | 'Post' | 'CompleteMultipartUpload'}`;

export interface EventWebhook {
  readonly url: string;
  /** Publishes only keys with this prefix, like the filter of a bucket notification; all keys if absent. */
  readonly keyPrefix?: string | undefined;
  readonly headers?: Record<string, string>;
}

export interface EventPublisherOptions {
  readonly webhook: EventWebhook | undefined;
  readonly region: string;
  readonly log?: (message: string) => void;
  readonly retryDelaysMs?: readonly number[];
  readonly timeoutMs?: number;
}

/** Posts created objects to a webhook in the background, one at a time. Writes never wait for the webhook. */
export interface EventPublisher {
  publish(eventName: EventName, bucket: string, object: StoredObject): void;
  /** Drops undelivered events. */
  close(): Promise<void>;
}

const QUEUE_LENGTH_MAX = 10_000;

export function createEventPublisher(options: EventPublisherOptions): EventPublisher {
  const { webhook, region, log = console.error, retryDelaysMs = [200, 1000, 3000], timeoutMs = 5_000 } = options;
  if (!webhook) return { publish: () => {}, close: async () => {} };
  const queue: string[] = [];
  const stopping = new AbortController();
  let delivering: Promise<void> | undefined;

  async function deliverAll(to: EventWebhook): Promise<void> {
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
      if (stopping.signal.aborted) return;
      await deliver(to, body);
    }
    delivering = undefined;
  }

  async function deliver(to: EventWebhook, body: string): Promise<void> {
    for (const delayMs of [...retryDelaysMs, undefined]) {
      const failure = await post(to, body, AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]));
      if (failure === undefined || stopping.signal.aborted) return;
      if (delayMs === undefined) log(`An event for ${to.url} was dropped after its last retry: ${failure}`);
      else await delay(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    publish(eventName, bucket, object) {
      if (!object.key.startsWith(webhook.keyPrefix ?? '') || stopping.signal.aborted) return;
      if (queue.length >= QUEUE_LENGTH_MAX) {
        log(`The event queue is full: dropped ${eventName} of ${bucket}/${object.key}`);
        return;
      }
      queue.push(JSON.stringify({ Records: [eventRecord(eventName, bucket, object, region)] }));
      delivering ??= deliverAll(webhook);
    },
    async close() {
      stopping.abort();
      await delivering;
    },
  };
}

/** Returns why the delivery failed; undefined if it succeeded. */
async function post(webhook: EventWebhook, body: string, signal: AbortSignal): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json', ...webhook.headers };
  try {
    const response = await fetch(webhook.url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    return String(error);
  }
}

function eventRecord(eventName: EventName, bucket: string, object: StoredObject, region: string) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: object.modifiedAt.toISOString(),
    eventName,
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'webhook',
      bucket: { name: bucket, arn: bucketArn(bucket) },
      object: {
        key: encodeKeyForXml(object.key),
        size: object.size,
        eTag: object.etag,
        sequencer: object.sequence.toString(16).toUpperCase().padStart(16, '0'),
      },
    },
  };
}
