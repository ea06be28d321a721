import { z } from 'zod';
import type { Finding, FindingKind, ReconcileServices, Sweep } from './sweep.ts';
import { sweepDeadLetters } from './sweep-dead-letters.ts';
import { sweepDeletions } from './sweep-deletions.ts';
import { sweepMultipartUploads } from './sweep-multipart-uploads.ts';
import { sweepOriginals } from './sweep-originals.ts';
import { sweepPreviews } from './sweep-previews.ts';
import { sweepRenditions } from './sweep-renditions.ts';
import { sweepTombstones } from './sweep-tombstones.ts';

/** In order of urgency: sellers wait for the first ones. */
const sweeps = {
  originals: sweepOriginals,
  deletions: sweepDeletions,
  previews: sweepPreviews,
  'multipart-uploads': sweepMultipartUploads,
  'dead-letters': sweepDeadLetters,
  renditions: sweepRenditions,
  tombstones: sweepTombstones,
} satisfies Record<string, Sweep>;

export const SweepName = z.enum(Object.keys(sweeps) as (keyof typeof sweeps)[]);
const Position = z.object({ sweep: SweepName, after: z.string().optional() });
type Position = z.infer<typeof Position>;

export interface ReconcileOptions {
  /** Reports findings without repairing them. */
  readonly dryRun: boolean;
  /** Maximum number of pages to check, of about a thousand entries each. */
  readonly pagesMax: number;
  /** Start position, as passed to `onPage`; the beginning if missing or invalid. */
  readonly from?: string | undefined;
  readonly signal: AbortSignal;
  readonly onFinding: (finding: Finding) => void;
  /** Called after each page with the position of the next one; undefined after the last. */
  readonly onPage?: (next: string | undefined) => Promise<void>;
}

export interface ReconcileSummary {
  readonly examined: Readonly<Record<string, number>>;
  readonly found: Readonly<Partial<Record<FindingKind, number>>>;
  readonly repaired: number;
}

/**
 * Compares the buckets with the queue and repairs differences. All repairs are idempotent: two rounds may run at once, and an
 * interrupted round may restart from any position.
 *
 * @throws StorageError, QueueUnavailableError, or the signal's reason
 */
export async function reconcile(services: ReconcileServices, options: ReconcileOptions): Promise<ReconcileSummary> {
  const examined: Record<string, number> = {};
  const found: Partial<Record<FindingKind, number>> = {};
  let repaired = 0;
  let position: Position | undefined = startAt(options.from);
  for (let pages = 0; position && pages < options.pagesMax; pages += 1) {
    options.signal.throwIfAborted();
    const { sweep, after }: Position = position;
    const page = await sweeps[sweep](services, after, options.signal);
    examined[sweep] = (examined[sweep] ?? 0) + page.examined;
    for (const finding of page.findings) {
      found[finding.kind] = (found[finding.kind] ?? 0) + 1;
      if (finding.repair && !options.dryRun) {
        await finding.repair();
        repaired += 1;
      }
      options.onFinding(finding);
    }
    position = page.next === undefined ? following(sweep) : { sweep, after: page.next };
    await options.onPage?.(position && JSON.stringify(position));
  }
  return { examined, found, repaired };
}

function following(sweep: Position['sweep']): Position | undefined {
  const next = SweepName.options[SweepName.options.indexOf(sweep) + 1];
  return next && { sweep: next };
}

function startAt(text: string | undefined): Position {
  try {
    return Position.parse(JSON.parse(text ?? ''));
  } catch {
    return { sweep: 'originals' };
  }
}
