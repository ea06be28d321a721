import { callApi } from './call-api.ts';

/** How much work there is: numbers of jobs, milliseconds, jobs a second. */
export interface Backlog {
  readonly backlog: number;
  readonly waiting: number;
  readonly active: number;
  readonly delayedDue: number;
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

/** The calls of an operator; each throws ApiError. */
export function createOperatorApi(key: string) {
  const post = <T>(path: string, body?: object) => callApi<T>('POST', path, { key, ...(body && { body }) });
  return {
    backlog: (signal: AbortSignal) => callApi<Backlog>('GET', '/v1/backlog', { key, signal }),

    deadLetters: (cursor: number | undefined, signal: AbortSignal) =>
      callApi<{ deadLetters: readonly DeadLetter[]; nextCursor?: number }>('GET', `/v1/dead-letters?${page(cursor)}`, {
        key,
        signal,
      }),
    redrive: (imageId: string) => post(`/v1/dead-letters/${imageId}/redrive`),
    discard: (imageId: string) => callApi('DELETE', `/v1/dead-letters/${imageId}`, { key }),
    /** Puts back all that ended with a code, up to a thousand; `more` tells that some are left. */
    redriveAll: (code: string) => post<{ redriven: number; more: boolean }>('/v1/dead-letters/redrive', { code }),

    deliveries: (cursor: number | undefined, signal: AbortSignal) =>
      callApi<{ deliveries: readonly Delivery[]; nextCursor?: number }>(
        'GET',
        `/v1/webhook-deliveries?${page(cursor)}`,
        {
          key,
          signal,
        },
      ),
    replay: (id: string) => post(`/v1/webhook-deliveries/${id}/replay`),

    /** Lets this browser look at BullMQ's board for a while. @returns where that is */
    startBoardSession: () => post<{ path: string }>('/v1/board-sessions'),
  };
}
export type OperatorApi = ReturnType<typeof createOperatorApi>;

const page = (cursor: number | undefined) =>
  new URLSearchParams({ limit: String(PAGE), ...(cursor !== undefined && { cursor: String(cursor) }) });
