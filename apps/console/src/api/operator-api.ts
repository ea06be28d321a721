import { notingRefusal } from '../keys/keys.ts';
import { type ApiCall, callApi } from './call-api.ts';

/** Counts are in jobs; the rate is in jobs per second. */
export interface Backlog {
  readonly backlog: number;
  readonly waiting: number;
  readonly active: number;
  readonly delayedDue: number;
  readonly looksDue: number;
  readonly delayed: number;
  readonly failed: number;
  readonly oldestWaitingMs: number;
  readonly predictedSeconds: number | null;
  readonly endedPerSecond: number;
}

export interface DeadLetter {
  readonly imageId: string;
  readonly tenant: string;
  readonly category: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly failedAt: string;
  readonly worker?: string;
}

export interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly timestamp: string;
  readonly tenant: string;
  readonly imageId: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: readonly {
    readonly at: string;
    readonly ms: number;
    readonly status?: number;
    readonly code?: string;
  }[];
  readonly nextAttemptAt?: string;
}

const PAGE = 20;

/** The calls of an operator; each throws ImagemillError. */
export function createOperatorApi(key: string) {
  const call = <T>(method: string, path: string, options: Omit<ApiCall, 'key'> = {}) =>
    callApi<T>(method, path, { key, ...options }).catch(notingRefusal('adminKey'));
  const post = <T>(path: string, body?: object) => call<T>('POST', path, { ...(body && { body }) });
  return {
    backlog: (signal: AbortSignal) => call<Backlog>('GET', '/v1/backlog', { signal }),

    deadLetters: (cursor: number | undefined, signal: AbortSignal) =>
      call<{ deadLetters: readonly DeadLetter[]; nextCursor?: number }>('GET', `/v1/dead-letters?${page(cursor)}`, {
        signal,
      }),
    redrive: (imageId: string) => post(`/v1/dead-letters/${imageId}/redrive`),
    discard: (imageId: string) => call('DELETE', `/v1/dead-letters/${imageId}`),
    /** Redrives all with a code, up to a thousand; `more`: some are left. */
    redriveAll: (code: string) => post<{ redriven: number; more: boolean }>('/v1/dead-letters/redrive', { code }),

    deliveries: (cursor: number | undefined, signal: AbortSignal) =>
      call<{ deliveries: readonly Delivery[]; nextCursor?: number }>('GET', `/v1/webhook-deliveries?${page(cursor)}`, {
        signal,
      }),
    replay: (id: string) => post(`/v1/webhook-deliveries/${id}/replay`),

    /** Opens a session of BullMQ's board for this browser. @returns the path of the board */
    startBoardSession: () => post<{ path: string }>('/v1/board-sessions'),
  };
}
export type OperatorApi = ReturnType<typeof createOperatorApi>;

const page = (cursor: number | undefined) =>
  new URLSearchParams({ limit: String(PAGE), ...(cursor !== undefined && { cursor: String(cursor) }) });
