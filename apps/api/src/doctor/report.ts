import type { Finding, Result } from './finding.ts';

/** Control characters of servers' messages must not reach a terminal. */
const plain = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ');

export interface Summary {
  readonly counts: Readonly<Record<Result, number>>;
  readonly isHealthy: boolean;
}

export function summarise(findings: readonly Finding[]): Summary {
  const count = (wanted: Result) => findings.filter(({ result }) => result === wanted).length;
  const counts = { ok: count('ok'), warning: count('warning'), problem: count('problem'), skipped: count('skipped') };
  return { counts, isHealthy: counts.problem === 0 };
}

/** A line for each finding, a line for each fix, and a summary. */
export function textReport(findings: readonly Finding[]): string {
  const nameWidth = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, result, message, fix }) => {
    const line = `${result.padEnd(8)}${check.padEnd(nameWidth + 2)}${plain(message)}`;
    return fix === undefined ? [line] : [line, `${' '.repeat(nameWidth + 10)}fix: ${fix}`];
  });
  const { counts, isHealthy } = summarise(findings);
  const { ok, warning, problem, skipped } = counts;
  const figures = `${ok} ok, ${plural(warning, 'warning')}, ${plural(problem, 'problem')}, ${skipped} skipped`;
  return [...lines, '', `${isHealthy ? 'No problem found' : 'Problems found'}: ${figures}.`].join('\n');
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** One JSON object per finding, and one for the summary. */
export const jsonReport = (findings: readonly Finding[]): string =>
  [...findings, { summary: summarise(findings) }].map((line) => JSON.stringify(line)).join('\n');
