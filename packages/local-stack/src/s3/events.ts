import { setTimeout as delay } from 'node:timers/promises';
import { bucketArn } from './policy.ts';
import type { ObjectVersion } from './store/object-version.ts';
import { encodeKeyForXml } from './url-encoding.ts';

export type EventName = `ObjectCreated:${'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'}`;

export interface EventWebhook {
  readonly url: string;
  /** Only keys that begin with this are told of, as by the filter of a bucket's notification; all if left out. */
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

const queueLengthMax = 10_000;

/** Tells a webhook of created objects, one after the other, in the background; a webhook that stays away is not waited for. */
export class EventPublisher {
  readonly #options: EventPublisherOptions;
  readonly #queue: string[] = [];
  readonly #stopping = new AbortController();
  #delivering: Promise<void> | undefined;

  constructor(options: EventPublisherOptions) {
    this.#options = options;
  }

  publish(eventName: EventName, bucket: string, version: ObjectVersion): void {
    const { webhook } = this.#options;
    if (!webhook || !version.key.startsWith(webhook.keyPrefix ?? '') || this.#stopping.signal.aborted) return;
    if (this.#queue.length >= queueLengthMax) {
      this.#log(`The queue of events is full: dropped ${eventName} of ${bucket}/${version.key}`);
      return;
    }
    this.#queue.push(JSON.stringify({ Records: [eventRecord(eventName, bucket, version, this.#options.region)] }));
    this.#delivering ??= this.#deliverAll(webhook);
  }

  /** Gives up on what is not delivered yet. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#delivering;
  }

  async #deliverAll(webhook: EventWebhook): Promise<void> {
    for (let body = this.#queue.shift(); body !== undefined; body = this.#queue.shift()) {
      if (this.#stopping.signal.aborted) return;
      await this.#deliver(webhook, body);
    }
    this.#delivering = undefined;
  }

  async #deliver(webhook: EventWebhook, body: string): Promise<void> {
    for (const delayMs of [...(this.#options.retryDelaysMs ?? [200, 1000, 3000]), undefined]) {
      const failure = await this.#post(webhook, body);
      if (failure === undefined || this.#stopping.signal.aborted) return;
      if (delayMs === undefined) this.#log(`Gave up on an event for ${webhook.url}: ${failure}`);
      else await delay(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #post(webhook: EventWebhook, body: string): Promise<string | undefined> {
    const headers = { 'content-type': 'application/json', ...webhook.headers };
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? 5_000);
    const signal = AbortSignal.any([this.#stopping.signal, timeout]);
    try {
      const response = await fetch(webhook.url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await response.body?.cancel();
      return response.ok ? undefined : `status ${response.status}`;
    } catch (error) {
      return String(error);
    }
  }

  #log(message: string): void {
    (this.#options.log ?? console.error)(message);
  }
}

function eventRecord(eventName: EventName, bucket: string, version: ObjectVersion, region: string) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: version.modifiedAt.toISOString(),
    eventName,
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'webhook',
      bucket: { name: bucket, arn: bucketArn(bucket) },
      object: {
        key: encodeKeyForXml(version.key),
        size: version.size,
        eTag: version.etag,
        ...(version.versionId !== 'null' && { versionId: version.versionId }),
        sequencer: version.sequence.toString(16).toUpperCase().padStart(16, '0'),
      },
    },
  };
}
