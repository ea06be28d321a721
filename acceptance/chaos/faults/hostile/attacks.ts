import { z } from 'zod';
import { finalStates } from '../../judge/final-states.ts';
import { createApi } from '../../load/api.ts';
import type { ChaosStack } from '../../stack/chaos-stack.ts';
import { niceness, startClient } from './client-program.ts';

/** Heavy pictures run one after the other, at a low priority. */
const SETTLE_MS = 300_000;
const finalStatuses = ['ready', 'rejected', 'failed', 'expired'];

const SEND_PICTURES = new URL('./send-pictures.ts', import.meta.url);
const SEND_REQUESTS = new URL('./send-requests.ts', import.meta.url);

const Pictures = z.object({ sent: z.array(z.string()), refused: z.number() });
const Requests = z.record(z.string(), z.number());

interface AttackOptions {
  /** Of the files, as in `hostilePictures`. */
  readonly scale: number;
  /** How often each picture is sent at most. */
  readonly timesMax: number;
  readonly signal: AbortSignal;
}

/** All attacks at once, from an ordinary upload key, in processes of their own. */
export interface Attacks {
  /** Of the processes that send the hostile requests and pictures. */
  readonly pids: Readonly<Record<'sender of requests' | 'sender of pictures', number | undefined>>;
  begin(): Promise<void>;
  /** Ends the attacks, and waits for the final status of each hostile picture. */
  end(): Promise<{
    /** A sentence each. */
    readonly summary: readonly string[];
    /** Pictures without a final status within the time limit. */
    readonly unfinished: number;
  }>;
  /** Ends the processes. */
  close(): void;
}

/** Generates the hostile pictures. */
export async function prepareAttacks(stack: ChaosStack, { scale, timesMax, signal }: AttackOptions): Promise<Attacks> {
  const { apiUrl, otherKey } = stack;
  const start = (program: URL, ...args: readonly unknown[]) =>
    startClient(program, niceness.attacker, [apiUrl, otherKey, ...args.map(String)]);
  const pictures = start(SEND_PICTURES, scale, timesMax);
  const requests = start(SEND_REQUESTS);
  let begunAt = 0;
  const close = () => {
    for (const program of [pictures, requests]) program.kill();
  };
  signal.addEventListener('abort', close, { once: true });
  await pictures.ask('prepare', z.null());

  return {
    pids: { 'sender of requests': requests.pid, 'sender of pictures': pictures.pid },
    close,
    async begin() {
      begunAt = performance.now();
      await Promise.all([pictures, requests].map((program) => program.ask('begin', z.null())));
    },
    async end() {
      const [counts, { sent, refused }] = await Promise.all([
        requests.ask('end', Requests),
        pictures.ask('end', Pictures),
      ]);
      const seconds = (performance.now() - begunAt) / 1_000;
      const states = await finalStates(createApi({ ...stack, uploadKey: otherKey }), sent, SETTLE_MS, signal);
      const ends = sent.map((imageId) => states.get(imageId) ?? { status: 'unknown', error: undefined });
      return {
        summary: [
          `${sent.length} hostile pictures: ${countsOf(ends) || 'none was accepted'}; ${refused} more were refused`,
          `hostile requests a second: ${ratesOf(counts, seconds)}`,
        ],
        unfinished: ends.filter(({ status }) => !finalStatuses.includes(status)).length,
      };
    },
  };
}

type End = { readonly status: string; readonly error?: { readonly code: string } | undefined };

function countsOf(ends: readonly End[]): string {
  const counts = Map.groupBy(ends, ({ status, error }) => [status, error?.code].filter(Boolean).join(' '));
  return [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
}

const ratesOf = (counts: Readonly<Record<string, number>>, seconds: number) =>
  Object.entries(counts)
    .map(([name, count]) => `${(count / seconds).toFixed(1)} × ${name}`)
    .join(', ');
