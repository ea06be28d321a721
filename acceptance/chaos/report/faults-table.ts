import { markdownTable } from '@imagemill/bench/markdown-table';
import type { FaultReport } from './fault-report.ts';

const head = [
  'fault',
  'uploads',
  'ready',
  'rejected',
  'lost',
  'duplicated renders',
  'partial manifests',
  'wrong pictures',
  'dead letters',
  'jobs interrupted',
  'worst recovery',
  'duration',
];

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/** A Markdown table with one row per fault. */
export function faultsTable(reports: readonly FaultReport[]): string {
  return markdownTable(
    head,
    reports.map((report) => [
      report.fault,
      ...[report.uploads, report.ready, report.rejected, report.lost].map(String),
      ...[report.duplicatedRenders, report.partialManifests, report.wrongPictures].map(String),
      deadLetters(report),
      String(report.interruptedJobs),
      report.worstRecoveryMs === undefined ? '–' : seconds(report.worstRecoveryMs),
      seconds(report.durationMs),
    ]),
  );
}

function deadLetters({ deadLetters: byCode, redriven }: FaultReport): string {
  const codes = Object.entries(byCode).map(([code, count]) => `${count} ${code}`);
  if (codes.length === 0) return '0';
  return `${codes.join(', ')}${redriven.count > 0 ? ` (${redriven.ready} of ${redriven.count} ready when redriven)` : ''}`;
}
