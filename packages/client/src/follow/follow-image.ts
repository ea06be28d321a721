import type { ApiClient } from '../api/api-client.ts';
import { pause } from '../api/pause.ts';
import { ImagemillError } from '../errors.ts';
import type { Image } from '../types.ts';
import { applyEvent, isFinal } from './apply-event.ts';
import type { FollowTarget } from './follow-target.ts';
import { liveEvents } from './live-events.ts';
import { pollImage } from './poll-image.ts';

const RECONNECT_MS = 1_000;
/** Consecutive connections without an event: then a proxy in between probably buffers events. */
const SILENT_CONNECTIONS_MAX = 2;

/**
 * Yields an image after every change, until its end: by live events, otherwise by polling.
 *
 * @throws ImagemillError if the image does not exist, or may not be read
 */
export async function* followImage(
  api: ApiClient,
  target: FollowTarget,
  { signal, live = true }: { signal?: AbortSignal | undefined; live?: boolean | undefined } = {},
): AsyncGenerator<Image, void, undefined> {
  const isAtEnd = live ? yield* followLive(api, target, signal) : false;
  if (isAtEnd) return;
  for await (const image of pollImage(api, target, { signal })) {
    yield image;
    if (isFinal(image.status)) return;
  }
}

/** @returns whether the image has ended; if not, polling continues */
async function* followLive(
  api: ApiClient,
  target: FollowTarget,
  signal?: AbortSignal,
): AsyncGenerator<Image, boolean, undefined> {
  let image: Image | undefined;
  let lastEventId: string | undefined;
  for (let silent = 0; silent < SILENT_CONNECTIONS_MAX; silent += 1) {
    try {
      for await (const { name, id, data } of liveEvents(api, target, { signal, lastEventId })) {
        lastEventId = id ?? lastEventId;
        const next = applyEvent(image, name, data);
        if (!next) continue;
        silent = 0;
        image = next;
        yield image;
        if (isFinal(name)) return true;
      }
    } catch (error) {
      signal?.throwIfAborted();
      // If this was a rejection, polling meets the same one and throws it.
      if (!mayReconnect(error)) return false;
    }
    await pause(RECONNECT_MS * (0.5 + Math.random()), signal);
  }
  return false;
}

const mayReconnect = (error: unknown) =>
  error instanceof ImagemillError && error.code === 'live-ended' && error.retryable;
