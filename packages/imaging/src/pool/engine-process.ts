import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { createFrameReader, writeFrame } from '../channel/frames.ts';
import { type EngineCall, FromEngine, fromEngineLimits, type ToEngine } from '../channel/messages.ts';
import type { Detector } from '../detector.ts';
import type { Watermarks } from '../watermark/placed-mark.ts';
import { answerFrames } from './answer-frames.ts';
import type { FileMemory } from './file-memory.ts';
import type { Lane } from './lane.ts';
import { lowerPriority, niceness } from './lower-priority.ts';
import { createPendingCalls, type ReceivedRendition } from './pending-calls.ts';
import { createProcessSlots } from './process-slots.ts';
import type { Slots } from './slots.ts';

/** A process ended during a call, and the pool did not end it: the image in it is the suspect. */
export class ProcessDiedError extends Error {}

/** A process was killed because its image used more than it was admitted with. */
export abstract class OutgrownError extends Error {}

export class MemoryExceededError extends OutgrownError {}

/** As a light image, it used more CPU than these may. */
export class LightCpuExceededError extends OutgrownError {}

/**
 * Why a process ended. `cpu`, `wall`, `memory`: its image exceeded this limit. `aborted`: the work for its image did not stop in
 * time. `crashed`: by itself, or it sent an invalid message. `replaced`: after its share of images.
 */
export const endReasons = ['cpu', 'wall', 'memory', 'aborted', 'crashed', 'replaced', 'closed'] as const;
export type EndReason = (typeof endReasons)[number];

/** The parent's side of one engine process. It has one image at a time. */
export interface EngineProcess {
  readonly pid: number;
  /** Images that it has had. */
  readonly images: number;
  /** Whether it has had a heavy image, and runs at a lower priority since. */
  readonly isSlow: boolean;
  /** Whether it still has this file, from an earlier call. */
  holds(file: Uint8Array): boolean;
  /**
   * Begins the work for an image, whose slots count for this lane. Sends the file, unless the process has it.
   *
   * @param isAwaited whether light images may wait for a heavy one
   */
  begin(file: Uint8Array, lane: Lane, isAwaited: boolean): void;
  /** @throws RejectedImageError; Error for an internal failure; the error of a kill; ProcessDiedError */
  call<T>(call: EngineCall, result: z.ZodType<T>, onRendition?: (rendition: ReceivedRendition) => void): Promise<T>;
  /** Whether a call runs, or work that an ended call has left behind. */
  isWorking(): boolean;
  /** Stops the work for the image; resolves when nothing of it runs. Rejects like a call. */
  drop(): Promise<void>;
  /** Ends the process at once; running calls throw the error. */
  kill(reason: EndReason, error: Error): void;
  /** Resolves when the process has ended. */
  readonly ended: Promise<EndReason>;
}

export interface EngineProcessOptions {
  readonly slots: Slots;
  readonly files: Pick<FileMemory, 'use'>;
  /** Of the sets that it will render. */
  readonly watermarks: Watermarks;
  /** For all processes. */
  readonly detector: Detector | undefined;
  /** Called once, when the process can take its first image. */
  readonly onReady: () => void;
}

type Send = (message: ToEngine, body?: Uint8Array, onSent?: () => void) => void;

export function createEngineProcess(child: ChildProcess, options: EngineProcessOptions): EngineProcess {
  const channel = child.stdio[3] as Duplex;
  const send: Send = (...frame) => writeFrame(channel, ...frame);
  const calls = createPendingCalls();
  const slots = createProcessSlots(options.slots, (slot) => send({ do: 'enter', slot }));
  const onFrame = answerFrames(options.detector, send);
  const held = createHeldFile(send, options.files);
  let lane: Lane = 'light';
  let hadHeavyOne = false;
  let endedBy: { readonly reason: EndReason; readonly error: Error } | undefined;

  function kill(reason: EndReason, error: Error): void {
    if (endedBy) return;
    endedBy = { reason, error };
    child.kill('SIGKILL');
    calls.rejectAll(error);
    slots.leaveAll();
  }

  receiveMessages(channel, {
    onMessage(message, body) {
      if (endedBy) return;
      if (message.is === 'ready') options.onReady();
      else if (message.is === 'frame') onFrame(body);
      else if (message.is === 'wants-slot') slots.want(message.slot, lane);
      else if (message.is === 'leaves-slot') slots.leave(message.slot);
      else calls.settle(message, body);
    },
    onInvalid: (cause) =>
      kill('crashed', new ProcessDiedError('An engine process sent an invalid message.', { cause })),
  });
  const ended = endOf(child).then((how) => {
    kill('crashed', new ProcessDiedError(`An engine process ended with ${how}.`));
    return endedBy?.reason ?? 'crashed';
  });

  for (const [sha256, { data, raw }] of options.watermarks) send({ do: 'watermark', sha256, raw }, data);

  const call: EngineProcess['call'] = (request, result, onRendition) => {
    if (endedBy) return Promise.reject(endedBy.error);
    const { call, answer } = calls.add(result, onRendition);
    send({ call, hasSlot: startsInSlot(request) && slots.takeFree(lane), ...request });
    return answer;
  };
  return {
    pid: child.pid ?? 0,
    ended,
    call,
    kill,
    get images() {
      return held.count;
    },
    get isSlow() {
      return hadHeavyOne;
    },
    holds: held.is,
    begin(file, ofLane, isAwaited) {
      lane = ofLane;
      if (lane === 'heavy') hadHeavyOne = slowDown(child, isAwaited) || hadHeavyOne;
      held.set(file);
    },
    isWorking: () => calls.size > 0 || slots.size > 0,
    drop: () => call({ do: 'drop' }, z.null()).then(() => {}),
  };
}

/** The file that the process has, which it is sent once. Weak, because its bytes belong to the caller. */
function createHeldFile(send: Send, files: EngineProcessOptions['files']) {
  let held: WeakRef<Uint8Array> | undefined;
  let count = 0;
  const is = (file: Uint8Array) => held?.deref() === file;
  return {
    /** Files that it has had. */
    get count() {
      return count;
    },
    is,
    set(file: Uint8Array): void {
      if (is(file)) return;
      // Before the next one arrives: both together could be more than its image may use.
      if (held) send({ do: 'release' });
      count += 1;
      held = new WeakRef(file);
      send({ do: 'hold' }, file, files.use(file));
    },
  };
}

const startsInSlot = ({ do: what }: EngineCall) => what === 'decode' || what === 'render';

const slowDown = ({ pid = 0 }: ChildProcess, isAwaited: boolean): boolean =>
  lowerPriority(pid, isAwaited ? niceness.awaited : niceness.heavy);

interface Receiver {
  onMessage(message: FromEngine, body: Uint8Array): void;
  onInvalid(cause: unknown): void;
}

/** Everything that comes after an invalid message is ignored. */
function receiveMessages(channel: Duplex, { onMessage, onInvalid }: Receiver): void {
  const read = createFrameReader(fromEngineLimits, (header, body) => onMessage(FromEngine.parse(header), body));
  const onData = (chunk: Uint8Array) => {
    try {
      read(chunk);
    } catch (cause) {
      channel.off('data', onData).resume();
      onInvalid(cause);
    }
  };
  channel.on('data', onData);
  // The exit of the process says more than a broken channel.
  channel.on('error', () => {});
}

const endOf = (child: ChildProcess) =>
  new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)));
