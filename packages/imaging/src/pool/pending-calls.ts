import type { z } from 'zod';
import type { FromEngine } from '../channel/messages.ts';
import { RejectedImageError } from '../errors.ts';

export interface ReceivedRendition {
  /** Index in the variant set. */
  readonly variant: number;
  readonly data: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly encodeMs?: number | undefined;
}

type OnRendition = (rendition: ReceivedRendition) => void;

interface Pending {
  /** Throws if the result does not have the expected shape. */
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly onRendition: OnRendition | undefined;
}

/** The calls of a process that have no answer yet. */
export interface PendingCalls {
  readonly size: number;
  add<T>(result: z.ZodType<T>, onRendition?: OnRendition): { readonly call: number; readonly answer: Promise<T> };
  /** @throws Error if the message belongs to no call, or its result has another shape */
  settle(message: Extract<FromEngine, { call: number }>, body: Uint8Array): void;
  rejectAll(error: Error): void;
}

export function createPendingCalls(): PendingCalls {
  const pending = new Map<number, Pending>();
  let last = 0;

  return {
    get size() {
      return pending.size;
    },
    add(result, onRendition) {
      last += 1;
      const { promise: answer, resolve, reject } = Promise.withResolvers<ReturnType<typeof result.parse>>();
      pending.set(last, { resolve: (value) => resolve(result.parse(value)), reject, onRendition });
      return { call: last, answer };
    },
    settle(message, data) {
      const { call } = message;
      const waiting = pending.get(call);
      if (!waiting) throw new Error(`There is no call ${call}.`);
      if (message.is === 'rendition') {
        const { variant, width, height, encodeMs } = message;
        waiting.onRendition?.({ variant, width, height, encodeMs, data });
        return;
      }
      if (message.is === 'done') waiting.resolve(message.result);
      else if (message.is === 'rejected') waiting.reject(new RejectedImageError(message.reason));
      else waiting.reject(new Error(message.message));
      pending.delete(call);
    },
    rejectAll(error) {
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    },
  };
}
