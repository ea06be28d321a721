import type { ImagemillError } from '@imagemill/client';
import { notingRefusal } from '../keys/keys.ts';
import { type ApiCall, callApi } from './call-api.ts';
import type {
  Backlog,
  DeadLetterPage,
  DeliveryPage,
  FailedPurgePage,
  HeldImagePage,
  Redriven,
} from './operator-types.ts';

const PAGE = 20;

/** The calls of an operator; each throws ImagemillError. */
export function createOperatorApi(key: string) {
  const call = <T>(method: string, path: string, options: Omit<ApiCall, 'key'> = {}) =>
    callApi<T>(method, path, { key, ...options }).catch(notingRefusal('adminKey'));
  let mayModerate = true;
  /** A key may lack the scope `moderate`: the rest of the page works without it. */
  async function heldImages(cursor: string | undefined, signal: AbortSignal): Promise<HeldImagePage> {
    if (!mayModerate) return { heldImages: [], mayModerate };
    try {
      return await callApi<HeldImagePage>('GET', `/v1/held-images?${page(cursor)}`, { key, signal });
    } catch (error) {
      if ((error as Partial<ImagemillError>).code !== 'missing-scope') return notingRefusal('adminKey')(error);
      mayModerate = false;
      return { heldImages: [], mayModerate };
    }
  }
  const post = <T>(path: string, body?: object) => call<T>('POST', path, { ...(body && { body }) });
  return {
    backlog: (signal: AbortSignal) => call<Backlog>('GET', '/v1/backlog', { signal }),

    heldImages,
    release: (imageId: string) => post(`/v1/images/${imageId}/release`),
    reject: (imageId: string) => post(`/v1/images/${imageId}/reject`, {}),
    deadLetters: (cursor: number | undefined, signal: AbortSignal) =>
      call<DeadLetterPage>('GET', `/v1/dead-letters?${page(cursor)}`, {
        signal,
      }),
    redrive: (imageId: string) => post(`/v1/dead-letters/${imageId}/redrive`),
    discard: (imageId: string) => call('DELETE', `/v1/dead-letters/${imageId}`),
    /** Redrives all with a code, up to a thousand; `more`: some are left. */
    redriveAll: (code: string) => post<Redriven>('/v1/dead-letters/redrive', { code }),

    failedPurges: (cursor: number | undefined, signal: AbortSignal) =>
      call<FailedPurgePage>('GET', `/v1/failed-purges?${page(cursor)}`, { signal }),
    redrivePurge: (id: string) => post(`/v1/failed-purges/${id}/redrive`),
    discardPurge: (id: string) => call('DELETE', `/v1/failed-purges/${id}`),
    /** Redrives up to a thousand; `more`: some are left. */
    redrivePurges: () => post<Redriven>('/v1/failed-purges/redrive', { limit: 1000 }),

    deliveries: (cursor: number | undefined, signal: AbortSignal) =>
      call<DeliveryPage>('GET', `/v1/webhook-deliveries?${page(cursor)}`, {
        signal,
      }),
    replay: (id: string) => post(`/v1/webhook-deliveries/${id}/replay`),

    /** Opens a session of BullMQ's board for this browser. @returns the path of the board */
    startBoardSession: () => post<{ path: string }>('/v1/board-sessions'),
  };
}
export type OperatorApi = ReturnType<typeof createOperatorApi>;

const page = (cursor: number | string | undefined) =>
  new URLSearchParams({ limit: String(PAGE), ...(cursor !== undefined && { cursor: String(cursor) }) });
