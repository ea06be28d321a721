import { createHash } from 'node:crypto';
import type { ImageView } from '@imagemill/images';
import type { RenderContext, RenderHandler } from '@imagemill/queue';
import type { RenderImage, RenderProgress } from '@imagemill/records';
import { type ImageId, loadCategories, renditionKey, type SourceFacts } from '@imagemill/variants';
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import { vi } from 'vitest';
import { listen } from '../http/listen.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';
import { type ApiHarnessOptions, createApiHarness } from './api-harness.ts';

const photo = { filename: 'shoe.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };
const spec = (await loadCategories()).get('product');
const { set = [], revision = '' } = spec ?? {};

/** A worker's renditions, in the order in which they go live. */
export const made: RenderProgress['done'] = set
  .map(({ name, format }, index) => ({ variant: name, format, width: 10, height: 10, bytes: 100 + index }))
  .toReversed();
const source: SourceFacts = {
  format: 'jpeg',
  width: 40,
  height: 30,
  bytes: 5,
  frames: 1,
  orientation: 1,
  colourSpace: 'srgb',
  hasAlpha: false,
};
const progress = (done: number): RenderProgress => ({
  revision,
  total: set.length,
  source,
  done: made.slice(0, done),
});

export type LiveHarness = Awaited<ReturnType<typeof createLiveHarness>>;

/** The API on a real port, and a scripted worker in this process. */
export async function createLiveHarness(options: ApiHarnessOptions = {}) {
  const api = await createApiHarness(options);
  const onRefused = vi.fn();
  const server = await listen(api.app.fetch, { hostname: '127.0.0.1', port: 0, onRefused });
  const base = `http://127.0.0.1:${server.address.port}`;

  async function ticket() {
    const { body } = await api.call('POST', '/v1/images/upload-url', photo);
    const { imageId, followToken = '' } = UploadTicket.parse(body);
    return { imageId: imageId as ImageId, token: followToken };
  }

  const open = (imageId: string, headers: Record<string, string> = {}, path = 'events') => {
    const auth = { authorization: `Bearer ${api.keys.acme}` };
    return fetch(`${base}/v1/images/${imageId}/${path}`, { headers: { ...auth, ...headers } });
  };

  /** Follows an image; `events` grows as events arrive. */
  async function follow(imageId: string, headers: Record<string, string> = {}) {
    const response = await open(imageId, headers);
    return { response, ...collect(response) };
  }

  const manifest = (image: RenderImage) => ({
    imageId: image.imageId,
    tenant: image.tenant,
    category: 'product',
    attempts: 1,
    originalKey: image.originalKey,
    originalEtag: '"e"',
    filename: 'shoe.jpg',
    metadata: {},
    createdAt: image.createdAt,
  });

  async function commit(image: RenderImage, warnings?: ImageView['warnings']) {
    const renditions = made.map((rendition) => {
      return {
        ...rendition,
        key: renditionKey({ imageId: image.imageId, revision, visibility: 'public', ...rendition }),
      };
    });
    const facts = { ...source, sha256: createHash('sha256').digest('hex') };
    const now = new Date().toISOString();
    const picture = { placeholder: '', dominantColour: '#ffffff', renditions, warnings, timingsMs: {} };
    await api.manifests.publish(
      { ...manifest(image), status: 'ready', revision, source: facts, readyAt: now, ...picture },
      undefined,
    );
    return { outcome: 'ready' } as const;
  }

  async function reject(image: RenderImage) {
    const error = { code: 'corrupt', message: 'It is damaged.' };
    const end = { status: 'rejected', error, rejectedAt: new Date().toISOString() } as const;
    await api.manifests.publish({ ...manifest(image), ...end }, undefined);
    return { outcome: 'rejected', error } as const;
  }

  async function hold(image: RenderImage) {
    const at = new Date().toISOString();
    const error = { code: 'moderation-held', message: 'Wait.' };
    const held = { status: 'held', error, moderation: { verdict: 'hold', by: 'service', at }, heldAt: at } as const;
    await api.manifests.publish({ ...manifest(image), ...held }, undefined);
    return { outcome: 'held' } as const;
  }

  /** Reports the upload and renders the image step by step, waiting for a call between two steps. */
  async function render(imageId: ImageId) {
    let running: { image: RenderImage; context: RenderContext } | undefined;
    const ended = Promise.withResolvers<Awaited<ReturnType<RenderHandler>>>();
    ended.promise.catch(() => {});
    const done = api.work(
      async (image, context) => {
        // The job of a deleted image is delivered once more, to any worker.
        if (image.imageId !== imageId) return { outcome: 'deleted' };
        running = { image, context };
        return ended.promise;
      },
      () => ended.promise.catch(() => {}),
    );
    await api.queue.reportUpload(imageId);
    await vi.waitUntil(() => running !== undefined);
    const { image, context } = running as unknown as { image: RenderImage; context: RenderContext };
    return {
      live: async (count: number) => context.reportProgress(progress(count)),
      /** @returns the image; what `how` throws is the job's end */
      async end(how: (image: RenderImage) => ReturnType<RenderHandler> = commit) {
        ended.resolve(how(image));
        await done;
        return image;
      },
    };
  }

  return {
    ...api,
    base,
    server,
    onRefused,
    ticket,
    open,
    follow,
    render,
    commit,
    reject,
    hold,
    async close() {
      await api.close();
      await server.close(0);
    },
  };
}

function collect(response: Response) {
  const events: EventSourceMessage[] = [];
  const retries: number[] = [];
  const reader = response.body
    ?.pipeThrough(new TextDecoderStream() as never)
    .pipeThrough(new EventSourceParserStream({ onRetry: (ms: number) => retries.push(ms) }))
    .getReader();
  async function read() {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) events.push(part.value);
  }
  // Errors of the stream are ignored; tests check `events`.
  const ended = read().then(
    () => 'ended' as const,
    () => 'cut' as const,
  );
  const names = () => events.map(({ event }) => event);
  const leave = async () => void (await reader?.cancel());
  const until = (event: string, count = 1) =>
    vi.waitUntil(() => names().filter((name) => name === event).length >= count);
  return { events, names, retries, ended, leave, until };
}

export const bodyOf = ({ data }: { data: string }) => JSON.parse(data) as Record<string, unknown>;
/** `variant.format` of the renditions among events, in order. */
export const renditionsOf = (events: readonly { event?: string | undefined; data: string }[]) =>
  events
    .filter(({ event }) => event === 'rendition')
    .map(bodyOf)
    .map(({ variant, format }) => `${variant}.${format}`);
export const madeNames = made.map(({ variant, format }) => `${variant}.${format}`);
