import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { ApiClient } from '../api/api-client.ts';
import { ImagemillError } from '../errors.ts';
import { imagePath } from '../images.ts';
import type { FollowTarget } from './follow-target.ts';

/** The API sends a keep-alive every 15 s. */
const SILENCE_MS = 45_000;
/** Characters of one event. The largest is a status of some 8 KB. */
const EVENT_SIZE_MAX = 1024 * 1024;

export interface LiveEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/**
 * One connection to the events of an image, by fetch: an EventSource cannot send an API key.
 *
 * @param lastEventId continues after that event
 * @throws ImagemillError `live-ended` if the connection is lost or silent, or the error of the API
 */
export async function* liveEvents(
  api: ApiClient,
  { imageId, followToken }: FollowTarget,
  { signal, lastEventId }: { signal?: AbortSignal | undefined; lastEventId?: string | undefined },
): AsyncGenerator<LiveEvent, void, undefined> {
  const connection = new AbortController();
  let watchdog = setTimeout(() => connection.abort(), SILENCE_MS);
  const stop = () => connection.abort();
  signal?.addEventListener('abort', stop, { once: true });
  const onActivity = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(stop, SILENCE_MS);
  };
  try {
    signal?.throwIfAborted();
    const response = await api.open({
      method: 'GET',
      path: `${imagePath(imageId)}/events`,
      headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
      followToken,
      signal: connection.signal,
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.body || !isStream) throw new ImagemillError('The response has no events.', { code: 'live-ended' });
    for await (const { event = 'message', id, data } of parsed(response.body, onActivity)) {
      yield { name: event, id, data: JSON.parse(data) };
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ImagemillError) throw cause;
    throw new ImagemillError('The live connection ended.', { code: 'live-ended', retryable: true, cause });
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', stop);
    connection.abort();
  }
}

async function* parsed(body: ReadableStream<Uint8Array<ArrayBuffer>>, onChunk: () => void) {
  const parser = new EventSourceParserStream({ maxBufferSize: EVENT_SIZE_MAX, onComment: onChunk });
  const reader = body.pipeThrough(new TextDecoderStream()).pipeThrough(parser).getReader();
  try {
    // Safari cannot iterate over a stream.
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      onChunk();
      yield next.value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
