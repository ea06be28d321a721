import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import pLimit from 'p-limit';
import type { Contender } from '../api/contenders.ts';

const CONNECTING_AT_ONCE = 100;

export interface Listeners {
  close(): void;
}

/**
 * Opens one event stream per entry of a list of images; an image may have several entries.
 *
 * @param onRendition called for every rendition event as soon as a listener receives it
 * @throws Error if a stream is rejected
 */
export async function openListeners(
  to: Contender,
  imageIds: readonly string[],
  onRendition: (imageId: string) => void,
): Promise<Listeners> {
  const agent = new Agent({ keepAlive: false });
  const slot = pLimit(CONNECTING_AT_ONCE);
  const open = async (imageId: string): Promise<void> => {
    const request = get(new URL(`${imageId}/events`, to.url), { agent, headers: to.headers });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200)
      throw new Error(`The API responded ${response.statusCode} instead of an event stream.`);
    response.setEncoding('utf8');
    response.on('error', () => {});
    const snapshot = Promise.withResolvers<void>();
    response.on('data', (text: string) => {
      if (text.includes('event: status\n')) snapshot.resolve();
      for (const _ of text.matchAll(/^event: rendition$/gm)) onRendition(imageId);
    });
    await snapshot.promise;
  };
  await Promise.all(imageIds.map((imageId) => slot(open, imageId)));
  return { close: () => agent.destroy() };
}
