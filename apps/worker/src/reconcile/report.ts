import type { ReconcileSummary } from './reconcile.ts';
import type { Finding } from './sweep.ts';

export interface ReportOptions {
  readonly dryRun: boolean;
  /** One JSON object per line instead of text. */
  readonly json: boolean;
}

/** Formats the findings and the summary of a reconciliation, one line each. */
export function createReport({ dryRun, json }: ReportOptions) {
  const action = ({ repair }: Finding) =>
    repair === undefined ? 'needs action' : dryRun ? 'would repair' : 'repaired';

  function summaryText({ examined, found, repaired }: ReconcileSummary): string {
    const checked = Object.entries(examined).map(([sweep, count]) => `${count} ${sweep.replaceAll('-', ' ')}`);
    const total = Object.values(found).reduce((sum, count) => sum + count, 0);
    const dry = dryRun && total > 0 ? ' (a dry run repairs nothing)' : '';
    return `Checked ${checked.join(', ')}: ${total === 0 ? 'no problems found' : `${total} found, ${repaired} repaired`}${dry}.`;
  }

  return {
    finding(finding: Finding): string {
      const { kind, tenant, imageId, images = 1 } = finding;
      if (json) return JSON.stringify({ kind, tenant, imageId, images, action: action(finding) });
      return `${action(finding).padEnd(12)}  ${kind.padEnd(28)}  ${tenant ?? '-'}/${imageId}${images > 1 ? ` and ${images - 1} more` : ''}`;
    },
    summary: (summary: ReconcileSummary) => (json ? JSON.stringify(summary) : summaryText(summary)),
  };
}
