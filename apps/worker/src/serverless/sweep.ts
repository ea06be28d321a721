import { createSweepPositions, listOriginals, type SweepPosition } from '@imagemill/manifests';
import { imageFromKey, type RenderImage } from '@imagemill/records';
import type { Logger } from '@imagemill/service';
import type { ObjectStorage } from '@imagemill/storage';
import { skipOriginals } from '@imagemill/variants';
import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import { createFindLost } from './find-lost.ts';

/** One pass over the originals. @throws StorageError, UnreadableError; errors of `order` */
export type Sweep = (context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SweepReport>;

interface SweepReport {
  /** `interrupted`: the next pass continues. `taken`: another pass is running. `early`: the next round has not begun. */
  readonly state: 'swept' | 'interrupted' | 'taken' | 'early';
  /** Uploads of the round's period. */
  readonly examined: number;
  /** Lost uploads, whose orders are now in the queue. */
  readonly ordered: number;
}

export interface SweepOptions {
  readonly originals: ObjectStorage;
  /** Sends an order to the renderer. */
  readonly order: (image: RenderImage) => Promise<void>;
  /** An upload of this age that was not rendered is lost. */
  readonly lostAfterMs: number;
  readonly logger: Logger;
  /** ms since 1970. */
  readonly now?: () => number;
}

type Round = NonNullable<SweepPosition['round']>;

/** For one more page, of which all uploads are lost. */
const STOP_MS = 30_000;
const ORDERS_AT_ONCE = 16;
const HOUR_MS = 3600_000;
/** From an image's id to its upload: the longest life of a presigned URL, and an hour because clocks differ. */
const UPLOAD_MS_MAX = 7 * 24 * HOUR_MS + HOUR_MS;

/**
 * Orders the render of uploads whose event was lost. A round lists the originals once, in as many passes as it needs, and looks only at those
 * that have reached the age of a lost upload since the round before. Each upload is looked at in one round, so it is ordered at most once:
 *
 *     ──────┤ sweptUntil ─────── until ├─────────────┤ start of the round
 *     before           this round        later rounds
 *
 * A pass takes the sweep by a conditional write: another one at the same time does nothing. If a pass breaks off, the next one repeats its
 * last page, whose orders may come twice, which is harmless.
 */
export function createSweep(options: SweepOptions): Sweep {
  const { originals, order, lostAfterMs, logger, now = Date.now } = options;
  const positions = createSweepPositions(originals);
  const findLost = createFindLost(originals, logger);
  const slot = pLimit(ORDERS_AT_ONCE);

  /** A round lists many keys for few uploads, so the next one waits until its period is as long as the age of a lost upload. */
  function nextRound(sweptUntil: string): Round | undefined {
    const until = now() - lostAfterMs;
    return until - Date.parse(sweptUntil) < lostAfterMs ? undefined : { until: new Date(until).toISOString() };
  }

  async function sweepPage(from: Date, { until: end, after }: Round, signal: AbortSignal) {
    const until = new Date(end);
    const { uploads, nextAfter } = await listOriginals(originals, { startAfter: after, signal });
    const due = uploads.filter(({ uploadedAt }) => uploadedAt > from && uploadedAt <= until);
    const lost = await findLost(due, signal);
    await Promise.all(lost.map((address) => slot(() => order(imageFromKey(address)))));
    const ids = { from: new Date(from.getTime() - UPLOAD_MS_MAX), until: new Date(until.getTime() + HOUR_MS) };
    const next = nextAfter === undefined ? undefined : { until: end, after: skipOriginals(nextAfter, ids) };
    return { examined: due.length, ordered: lost.length, next };
  }

  return async (context) => {
    const report = { examined: 0, ordered: 0 };
    const remainingMs = context.getRemainingTimeInMillis();
    const signal = AbortSignal.timeout(remainingMs);
    const stored = await positions.read({ signal });
    const { sweptUntil, takenUntil = sweptUntil } = stored.position;
    if (Date.parse(takenUntil) > now()) return { state: 'taken', ...report };
    let round = stored.position.round ?? nextRound(sweptUntil);
    if (!round) return { state: 'early', ...report };
    const taken = { sweptUntil, takenUntil: new Date(now() + remainingMs).toISOString() };
    let own = await positions.replace(stored, { ...taken, round }, { signal });
    while (own) {
      const { next, examined, ordered } = await sweepPage(new Date(sweptUntil), round, signal);
      report.examined += examined;
      report.ordered += ordered;
      if (!next) {
        await positions.replace(own, { sweptUntil: round.until }, { signal });
        return { state: 'swept', ...report };
      }
      round = next;
      if (context.getRemainingTimeInMillis() < STOP_MS) {
        await positions.replace(own, { sweptUntil, round }, { signal });
        return { state: 'interrupted', ...report };
      }
      own = await positions.replace(own, { ...taken, round }, { signal });
    }
    return { state: 'taken', ...report };
  };
}
