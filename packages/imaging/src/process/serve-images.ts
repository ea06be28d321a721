import type { EngineCall, FromEngine, ToEngine } from '../channel/messages.ts';
import type { EngineInProcess } from '../engine.ts';
import { RejectedImageError } from '../errors.ts';
import { freeBytes } from '../free-bytes.ts';
import type { Picture } from '../picture.ts';
import type { GrantedSlots } from './granted-slots.ts';

type Send = (message: FromEngine, body?: Uint8Array) => void;
type Request = Exclude<ToEngine, { do: 'enter' | 'watermark' | 'enlarge' | 'crop' }>;

type CallMessage = Extract<ToEngine, { call: number }>;

const NO_FILE = new Uint8Array();

/** Performs the calls for the image that this process holds. */
export function serveImages(engine: EngineInProcess, slots: GrantedSlots, send: Send) {
  let file: Uint8Array = NO_FILE;
  let image = newImage();

  async function answer({ call, hasSlot, ...request }: CallMessage): Promise<void> {
    if (hasSlot) slots.grantedWithCall();
    try {
      const result = (await perform(request as EngineCall, call)) ?? null;
      send({ is: 'done', call, result });
    } catch (error) {
      send(failure(call, error));
    } finally {
      if (hasSlot) slots.returnUnused();
    }
  }

  async function perform(request: EngineCall, call: number): Promise<unknown> {
    const { signal } = image.dropped;
    if (request.do === 'inspect') return engine.inspectSource(file, request.options);
    if (request.do === 'decode') {
      const { source, set, ...options } = request;
      image.set = set;
      image.picture = await engine.decode(file, source, set, { ...options, signal });
      return image.picture.decided;
    }
    if (!image.picture) throw new Error(`There is no decoded picture to ${request.do}.`);
    if (request.do === 'summarise') return image.picture.summarise();
    for await (const { variant, data, width, height, encodeMs } of image.picture.render({ signal })) {
      send({ is: 'rendition', call, variant: image.set.indexOf(variant), width, height, encodeMs }, data);
    }
    return undefined;
  }

  async function drop(call: number): Promise<void> {
    image.dropped.abort(new Error('The image was dropped.'));
    await slots.drain();
    await Promise.all(image.calls);
    image.picture?.close();
    image = newImage();
    send({ is: 'done', call, result: null });
  }

  /** Nothing reads the file: its image was dropped. */
  function release(): void {
    freeBytes(file);
    file = NO_FILE;
  }

  return {
    handle(request: Request, body: Uint8Array): void {
      if (request.do === 'hold') file = body;
      else if (request.do === 'release') release();
      else if (request.do === 'drop') void drop(request.call);
      else image.calls.push(answer(request));
    },
  };
}

interface HeldImage {
  readonly dropped: AbortController;
  readonly calls: Promise<void>[];
  set: Extract<EngineCall, { do: 'decode' }>['set'];
  picture: Picture | undefined;
}

const newImage = (): HeldImage => ({ dropped: new AbortController(), calls: [], set: [], picture: undefined });

function failure(call: number, error: unknown): FromEngine {
  if (error instanceof RejectedImageError) return { is: 'rejected', call, reason: error.reason };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { is: 'failed', call, message: text.slice(0, MESSAGE_CHARS_MAX) };
}

const MESSAGE_CHARS_MAX = 4_000;
