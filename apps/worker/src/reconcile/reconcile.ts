import { z } from 'zod';
import type { Finding, FindingKind, ReconcileServices, Sweep } from './sweep.ts';
import { sweepDeadLetters } from './sweep-dead-letters.ts';
import { sweepDeletions } from './sweep-deletions.ts';
import { sweepMultipartUploads } from './sweep-multipart-uploads.ts';
import { sweepOriginals } from './sweep-originals.ts';
import { sweepRenditions } from './sweep-renditions.ts';

/** In this order: what sellers wait for first. */
const sweeps = {
  originals: sweepOriginals,
  deletions: sweepDeletions,
  'multipart-uploads': sweepMultipartUploads,
  'dead-letters': sweepDeadLetters,
  renditions: sweepRenditions,
} satisfies Record<string, Sweep>;

const SweepName = z.enum(Object.keys(sweeps) as (keyof typeof sweeps)[]);
const Position = z.object({ sweep: SweepName, after: z.string().optional() });
type Position = z.infer<typeof Position>;

export interface ReconcileOptions {
  /** Only tells what it would do. */
  readonly dryRun: boolean;
  /** Most pages that are looked at, of some thousand things each. */
  readonly pagesMax: number;
  /** Where to begin, as `onPage` was told; at the beginning if left out or unknown. */
  readonly from?: string | undefined;
  readonly signal: AbortSignal;
  readonly onFinding: (finding: Finding) => void;
  /** Told after each page where the next one begins; undefined after the last. */
  readonly onPage?: (next: string | undefined) => Promise<void>;
}

export interface ReconcileSummary {
  readonly examined: Readonly<Record<string, number>>;
  readonly found: Readonly<Partial<Record<FindingKind, number>>>;
  readonly repaired: number;
}

/**
 * Compares what the buckets hold with what the queue knows, and puts right what does not fit together. Everything that it
 * does is harmless to repeat, so two may run at once, and one that was cut off is begun again anywhere.
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
