import { renderImageRecord } from '@imagemill/records';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { readablePayload } from '../read-job.ts';
import { predictSlotSeconds } from './predict-cost.ts';
import type { TenantWeights } from './tenant-weights.ts';
import { turnRules } from './turn-rules.ts';
import { defineTurnScripts } from './turn-scripts.ts';

/**
 * The turns of the render queue, by tenant: see turn-model.ts for the rules.
 *
 *     parked, in backoff, finished ─► take ─► waiting ─► begin ─► active ─► end
 *                                             ▲                     │
 *                                             └──── postponed ◄──── keep
 *
 * A job that goes to waiting without a turn (its worker died, or returned it at shutdown) goes first, and is charged at its
 * end. Jobs whose payload is unreadable have no tenant and no turn.
 */
export interface Turns {
  /**
   * Gives a job its turn before something moves it to waiting.
   *
   * @param from the set that the job must be in; `active` if the caller holds its lock
   * @param readyAt when the job starts to wait, in ms since 1970
   */
  take(job: Job, from: 'delayed' | 'completed' | 'failed' | 'active', readyAt: number): Promise<void>;
  /**
   * Gives a postponed job the turn that it had: it is charged again, but does not go behind other jobs. The caller holds its lock.
   *
   * @param tag its place when it was started; 0 if it had none, then it gets a turn
   */
  keep(job: Job, tag: number, readyAt: number): Promise<void>;
  /** Call it when the job was started. */
  begin(job: Job): Promise<StartedTurn>;
  /** Counts a timeout or a crash of the tenant's image. After several, its jobs cost more for some time. */
  countOffence(tenant: string): Promise<void>;
}

interface StartedTurn {
  /**
   * Corrects the tenant's charge.
   *
   * @param seconds how long the run held its slot
   * @param isTypical whether the run was complete, so that later predictions can learn from it
   */
  end(seconds: number, isTypical: boolean): Promise<void>;
}

export interface TurnsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** Tenants without a weight have 1. */
  readonly weights?: TenantWeights | undefined;
}

const TICKS_PER_SECOND = 1_000;

/** The key of the tenants that are charged beyond the clock. */
export const turnsKey = (prefix: string) => `${prefix}:turns:ends`;

export function createTurns({ redis, prefix, weights = new Map() }: TurnsOptions): Turns {
  const scripts = defineTurnScripts(redis);
  const ends = turnsKey(prefix);
  const [clock, lasts, ratios] = [`${prefix}:turns:clock`, `${prefix}:turns:lasts`, `${prefix}:turns:ratios`];
  const offencesKey = (tenant: string) => `${prefix}:turns:offences:${tenant}`;
  const keyOf = (job: Job, name: string | undefined) => `${job.queueQualifiedName}:${name}`;
  const ticks = (tenant: string, seconds: number) => (seconds * TICKS_PER_SECOND) / (weights.get(tenant) ?? 1);

  /** @param set of waiting jobs that must still have the job, if any */
  async function give(
    job: Job,
    set: string | undefined,
    { readyAt, tag = 0 }: { readyAt: number; tag?: number },
  ): Promise<void> {
    const image = readablePayload(renderImageRecord, job);
    if (!image) return;
    const { tenant } = image;
    const key = keyOf(job, job.id);
    await scripts.takeTurn(
      // Never an empty key: no pattern of a Redis user matches it.
      ...[key, set ?? key, clock, ends, lasts, ratios, offencesKey(tenant)],
      ...[String(job.id), tenant, ticks(tenant, predictSlotSeconds(image)), readyAt, tag],
    );
  }

  return {
    take: (job, from, readyAt) => give(job, from === 'active' ? undefined : keyOf(job, from), { readyAt }),
    keep: (job, tag, readyAt) => give(job, undefined, { readyAt, tag }),

    async begin(job) {
      const charged = await scripts.beginTurn(keyOf(job, job.id), clock, ends, lasts);
      return {
        async end(seconds, isTypical) {
          const image = readablePayload(renderImageRecord, job);
          if (!image) return;
          const { tenant } = image;
          const [predicted, real] = [predictSlotSeconds(image), seconds].map((each) => ticks(tenant, each));
          await scripts.endTurn(
            ...[clock, ends, lasts, ratios],
            ...[tenant, predicted ?? 0, charged, real ?? 0, isTypical ? 1 : 0],
          );
        },
      };
    },

    async countOffence(tenant) {
      const key = offencesKey(tenant);
      await redis.multi().incr(key).pexpire(key, turnRules.offenceTtlMs).exec();
    },
  };
}
