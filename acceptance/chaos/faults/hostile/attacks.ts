import { spawn } from 'node:child_process';
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
const SETTLE_MS = 180_000;

/** All attacks at once, from an ordinary upload key. */
export interface Attacks {
  /** Ends the attacks, and waits for the final status of each hostile picture. */
  stop(): Promise<{
    /** In one sentence. */
    readonly summary: string;
    /** Pictures without a final status within the time limit. */
    readonly unfinished: number;
  }>;
}

const finalStatuses = ['ready', 'rejected', 'failed', 'expired'];

export function startAttacks(stack: ChaosStack, pictures: readonly HostilePicture[], signal: AbortSignal): Attacks {
  const api = createApi({ ...stack, uploadKey: stack.otherKey });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const sent: string[] = [];

  async function sender(first: number): Promise<void> {
    for (let index = first; !until.aborted; index += SENDERS) {
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

  const running = Promise.all([
    ...Array.from({ length: SENDERS }, (_, index) => sender(index)),
    sendRequests(stack, until),
  ]);
  return {
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

/** Sends all hostile requests until the signal. */
async function sendRequests({ apiUrl, otherKey }: ChaosStack, until: AbortSignal): Promise<void> {
  const sender = spawn(process.execPath, [REQUESTS, apiUrl, otherKey], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(sender, 'exit');
  until.addEventListener('abort', () => sender.kill('SIGKILL'), { once: true });
  const [code] = await ended;
  if (!until.aborted) throw new Error(`The program that sends hostile requests ended with ${code}.`);
}
