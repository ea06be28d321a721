import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { finalStates } from '../../judge/final-states.ts';
import { createApi, putUpload } from '../../load/api.ts';
import type { ChaosStack } from '../../stack/chaos-stack.ts';
import type { HostilePicture } from './hostile-pictures.ts';

/** Uploads of hostile pictures at once. */
const SENDERS = 4;
const REQUESTS = fileURLToPath(new URL('./send-requests.ts', import.meta.url));
const PAUSE_MS = 100;
/** Heavy pictures run one after the other, at a low priority. */
const SETTLE_MS = 300_000;

/** All attacks at once, from an ordinary upload key. */
export interface Attacks {
  /** The process that sends the hostile requests. */
  readonly senderPid: number | undefined;
  /** Ends the attacks, and waits for the final status of each hostile picture. */
  stop(): Promise<{
    /** In one sentence. */
    readonly summary: string;
    /** Pictures without a final status within the time limit. */
    readonly unfinished: number;
  }>;
}

const finalStatuses = ['ready', 'rejected', 'failed', 'expired'];

interface AttackOptions {
  readonly pictures: readonly HostilePicture[];
  /** How often each picture is sent at most. */
  readonly timesMax: number;
  readonly signal: AbortSignal;
}

export function startAttacks(stack: ChaosStack, { pictures, timesMax, signal }: AttackOptions): Attacks {
  const api = createApi({ ...stack, uploadKey: stack.otherKey });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const sent: string[] = [];

  async function sender(first: number): Promise<void> {
    for (let index = first; !until.aborted && index < pictures.length * timesMax; index += SENDERS) {
      const { contentType, bytes } = pictures[index % pictures.length] as HostilePicture;
      const request = { filename: 'hostile', contentType, contentLength: bytes.byteLength, category: 'product' };
      try {
        const ticket = await api.ticket(request);
        await putUpload(ticket, Buffer.from(bytes));
        sent.push(ticket.imageId);
        await api.complete(ticket.imageId);
      } catch {
        // Refused, for example by a rate limit: the next one follows.
      }
      await delay(PAUSE_MS, undefined, { signal: until }).catch(() => {});
    }
  }

  const requests = startRequests(stack);
  const running = Promise.all([
    ...Array.from({ length: SENDERS }, (_, index) => sender(index)),
    endOf(requests, until),
  ]);
  return {
    senderPid: requests.pid,
    async stop() {
      over.abort();
      await running;
      const states = await finalStates(api, sent, SETTLE_MS, signal);
      const ends = sent.map((imageId) => states.get(imageId) ?? { status: 'unknown', error: undefined });
      const counts = Map.groupBy(ends, ({ status, error }) => [status, error?.code].filter(Boolean).join(' '));
      const outcomes = [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
      return {
        summary: `${sent.length} hostile pictures: ${outcomes || 'none was accepted'}`,
        unfinished: ends.filter(({ status }) => !finalStatuses.includes(status)).length,
      };
    },
  };
}

/** A program that sends all hostile requests. */
const startRequests = ({ apiUrl, otherKey }: ChaosStack): ChildProcess =>
  spawn(process.execPath, [REQUESTS, apiUrl, otherKey], { stdio: ['pipe', 'inherit', 'inherit'] });

/** Stops the program at the signal. @throws Error if it ends before */
async function endOf(requests: ChildProcess, until: AbortSignal): Promise<void> {
  const ended = once(requests, 'exit');
  until.addEventListener('abort', () => requests.kill('SIGKILL'), { once: true });
  const [code] = await ended;
  if (!until.aborted) throw new Error(`The program that sends hostile requests ended with ${code}.`);
}
