import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 5_000;

/** The delays, in ms, after which the event of an image is delivered, one delivery each; an empty list drops it. */
export type DeliveryPlan = (imageId: string) => readonly number[];

export interface EventRelay {
  /** The URL that the bucket posts its events to. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Sits between the bucket and the API, to drop, delay or duplicate events. For a single delivery without delay, the bucket gets the
 * API's response and applies its own retries.
 */
export async function startEventRelay(
  target: { readonly url: string; readonly token: string },
  plan: DeliveryPlan,
): Promise<EventRelay> {
  const timers = new Set<NodeJS.Timeout>();
  const deliver = async (body: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${target.token}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(target.url, { method: 'POST', headers, body, signal }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 502;
  };
  const later = (body: string, ms: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      void deliver(body);
    }, ms);
    timers.add(timer);
  };
  const relay = async (body: string) => {
    const [, imageId] = /originals(?:\/|%2F)[^/%"]+(?:\/|%2F)[^/%"]+(?:\/|%2F)([0-9a-f-]{36})/i.exec(body) ?? [];
    if (imageId === undefined) return 202;
    const delays = plan(imageId);
    if (delays.length === 1 && delays[0] === 0) return deliver(body);
    for (const ms of delays) later(body, ms);
    return 202;
  };
  const server = createServer((request, response) => {
    text(request)
      .then(relay)
      .catch(() => 502)
      .then((status) => response.writeHead(status).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
