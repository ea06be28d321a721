import type { ReconcileSummary } from './reconcile.ts';
import type { Finding } from './sweep.ts';

export interface ReportOptions {
  readonly dryRun: boolean;
  /** A JSON object a line, for programs; words, for people, otherwise. */
  readonly json: boolean;
}

/** What a reconciliation tells, line by line. */
export function createReport({ dryRun, json }: ReportOptions) {
  const action = ({ repair }: Finding) => (repair === undefined ? 'for you' : dryRun ? 'would repair' : 'repaired');

  function summaryInWords({ examined, found, repaired }: ReconcileSummary): string {
    const looked = Object.entries(examined).map(([sweep, count]) => `${count} ${sweep.replaceAll('-', ' ')}`);
    const total = Object.values(found).reduce((sum, count) => sum + count, 0);
    const dry = dryRun && total > 0 ? ' (a dry run repairs nothing)' : '';
    return `Looked at ${looked.join(', ')}: ${total === 0 ? 'everything fits together' : `${total} found, ${repaired} repaired`}${dry}.`;
  }

  return {
    finding(finding: Finding): string {
      const { kind, tenant, imageId, images = 1 } = finding;
      if (json) return JSON.stringify({ kind, tenant, imageId, images, action: action(finding) });
      return `${action(finding).padEnd(12)}  ${kind.padEnd(28)}  ${tenant ?? '-'}/${imageId}${images > 1 ? ` and ${images - 1} more` : ''}`;
    },
    summary: (summary: ReconcileSummary) => (json ? JSON.stringify(summary) : summaryInWords(summary)),
  };
}
