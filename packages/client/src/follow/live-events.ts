import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { ApiClient } from '../api/api-client.ts';
import { ImagemillError } from '../errors.ts';
import { imagePath } from '../images.ts';
import type { FollowTarget } from './follow-target.ts';

/** The API gives a sign of life every 15 s. */
const SILENCE_MS = 45_000;
/** Of one event, in characters: the largest is a status body of some 8 KB. */
const EVENT_SIZE_MAX = 1024 * 1024;

export interface LiveEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/**
 * One connection to an image's events, by fetch: an EventSource can't send a key.
 *
 * @param lastEventId goes on after that event
 * @throws ImagemillError `live-ended` when the connection is lost or silent; or the API's own, when it refuses
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
  const stillThere = () => {
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
    if (!response.body || !isStream) throw new ImagemillError('No events came.', { code: 'live-ended' });
    for await (const { event = 'message', id, data } of parsed(response.body, stillThere)) {
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
    // Safari can't iterate over a stream.
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      onChunk();
      yield next.value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
