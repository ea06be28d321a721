import { originalMetadata, ticketMetadata } from '@imagemill/manifests';
import type { RenderQueue } from '@imagemill/queue';
import type { LimitSettings } from '../limits/create-limits.ts';
import type { LiveTimes } from '../live/members.ts';
import type { MetadataOfTicket } from '../tickets/upload-request.ts';
import { createServerlessQueue, type RenderMessages } from './serverless-queue.ts';

/** What depends on the program that renders. */
interface Renderer {
  readonly queue: RenderQueue;
  readonly metadataOf: MetadataOfTicket;
  /** Whether tickets of the method MULTIPART are issued. */
  readonly takesParts: boolean;
  readonly limits: Pick<LimitSettings, 'unfinishedMax' | 'unfinishedTtlMs'>;
  readonly liveTimes: Partial<LiveTimes>;
  /** How long a ticket without an image stays in the index of its tenant. */
  readonly unknownAfterMs?: number;
}

/** Workers: jobs in Redis report every change. */
export const workersAsRenderer = (queue: RenderQueue, unfinishedMax: number): Renderer => ({
  queue,
  metadataOf: originalMetadata,
  takesParts: true,
  limits: { unfinishedMax },
  liveTimes: {},
});

/** The longest life of a presigned URL. */
const UPLOAD_MS_MAX = 7 * 24 * 3600_000;

/** The Lambda renderer: nothing reports a change, and no job has the facts of a ticket. */
export const lambdaAsRenderer = (jobs: RenderQueue, messages: RenderMessages): Renderer => ({
  queue: createServerlessQueue(jobs, messages),
  metadataOf: ticketMetadata,
  // The id of an upload in parts would have no record.
  takesParts: false,
  // Nothing reports the end of an image: tickets of the last minute count in an overload, and there is no ceiling.
  limits: { unfinishedMax: 0, unfinishedTtlMs: 60_000 },
  liveTimes: { reloadAfterMs: 3_000 },
  unknownAfterMs: UPLOAD_MS_MAX + 3600_000,
});
