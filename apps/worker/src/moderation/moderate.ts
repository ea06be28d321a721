import type { ImagingEngine } from '@imagemill/imaging';
import type { Moderation, Previews } from '@imagemill/manifests';
import type { Postponed } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { ObjectStorage } from '@imagemill/storage';
import { isBrokenCircuitError } from 'cockatiel';
import { createLimitedSlots } from '../slots/limited-slots.ts';
import { type AskService, NoVerdictError } from './ask-service.ts';
import { makePreview } from './make-preview.ts';
import type { ModerationMetrics } from './moderation-metrics.ts';
import { type Judged, moderationRequest } from './moderation-request.ts';
import type { PatientService } from './patient-service.ts';

export interface Judgement {
  readonly outcome: 'judged';
  readonly moderation: Moderation;
  /** For the seller. */
  readonly message?: string | undefined;
}

export interface Moderator {
  /**
   * Asks the service for a verdict. If it gives none, the configured policy decides: the service never fails the job.
   *
   * @returns `postponed` if other images that wait for a verdict hold all slots of this worker
   * @throws StorageError; RejectedImageError; the signal's reason
   */
  judge(judged: Judged, signal: AbortSignal): Promise<Judgement | Postponed>;
  /** Whether the service has not answered lately, and is not asked now. */
  isDown(): boolean;
}

interface ModeratorOptions {
  readonly engine: ImagingEngine;
  readonly previews: Previews;
  /** Signs the URLs of originals; undefined if the service gets none. */
  readonly originals?: Pick<ObjectStorage, 'presignDownload'> | undefined;
  readonly service: PatientService;
  readonly whenDown: 'hold' | 'pass';
  /** Images that wait for a verdict at once. Fewer than the worker's jobs: a slow service must not occupy all of them. */
  readonly slotsMax: number;
  readonly metrics: ModerationMetrics;
  readonly logger: Logger;
}

/** All requests for an image end within two minutes. */
const URL_SECONDS = 300;
/** Until a verdict has been measured. */
const TYPICAL_MS = 500;

export function createModerator(options: ModeratorOptions): Moderator {
  const { engine, previews, originals, service, whenDown, metrics, logger } = options;
  const slots = createLimitedSlots({ reason: 'moderation-busy', slotsMax: options.slotsMax, typicalMs: TYPICAL_MS });

  async function ask(judged: Judged, signal: AbortSignal): ReturnType<AskService> {
    const { imageId, originalKey: key } = judged.image;
    const { jpeg, ...size } = await makePreview(engine, judged.bytes, judged.source, signal);
    await previews.put(imageId, jpeg, { signal });
    const urls = {
      preview: await previews.url(imageId, URL_SECONDS),
      original: await originals?.presignDownload({ key, expiresInSeconds: URL_SECONDS }),
    };
    return metrics.time(() => service.ask(moderationRequest(judged, size, urls), signal));
  }

  async function judgementOn(judged: Judged, signal: AbortSignal): Promise<Judgement> {
    const at = () => new Date().toISOString();
    try {
      const { verdict, code: reason, message } = await ask(judged, signal);
      return { outcome: 'judged', moderation: { verdict, by: 'service', reason, at: at() }, message };
    } catch (error) {
      const isDown = error instanceof NoVerdictError || isBrokenCircuitError(error);
      if (!isDown) throw error;
      const reason = error instanceof NoVerdictError ? error.reason : 'not-asked';
      logger.warn({ imageId: judged.image.imageId, reason, whenDown }, 'no verdict from the moderation service');
      const verdict = whenDown === 'pass' ? 'allow' : 'hold';
      return { outcome: 'judged', moderation: { verdict, by: 'service-down', reason, at: at() } };
    }
  }

  return {
    isDown: service.isDown,
    async judge(judged, signal) {
      const slot = slots.acquire(judged.image.tenant);
      if (slot.outcome === 'postponed') return slot;
      try {
        const judgement = await judgementOn(judged, signal);
        metrics.judged(judgement.moderation);
        return judgement;
      } finally {
        slot.release();
      }
    },
  };
}
