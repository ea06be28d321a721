import { expect, test } from 'vitest';
import { type Check, ok, problem, warning } from './finding.ts';
import { jsonReport, summarise, textReport } from './report.ts';
import { runChecks } from './run-checks.ts';

const never = new AbortController().signal;
const good: Check = { name: 'good', run: async () => [ok('fine')] };

test('a check that does not end is ended by its limit, and the others are reported', async () => {
  const hanging: Check = { name: 'hanging', limitMs: 1, run: () => new Promise(() => {}) };
  expect(await runChecks([hanging, good], never)).toMatchObject([
    { check: 'hanging', result: 'problem', message: 'no answer within 0.001 s' },
    { check: 'good', result: 'ok' },
  ]);
});

test('a check that throws is a problem with the innermost reason', async () => {
  const broken: Check = {
    name: 'broken',
    run: async () => {
      throw new Error('outer', { cause: new AggregateError([new Error('connect ECONNREFUSED')]) });
    },
  };
  expect(await runChecks([broken], never)).toMatchObject([{ result: 'problem', message: 'connect ECONNREFUSED' }]);
});

test('an interruption ends all checks', async () => {
  const interrupted = new AbortController();
  const findings = runChecks([{ name: 'slow', run: () => new Promise(() => {}) }], interrupted.signal);
  interrupted.abort(new Error('interrupted'));
  expect(await findings).toMatchObject([{ check: 'slow', message: 'interrupted' }]);
});

const findings = [
  { check: 'a', ...ok('fine') },
  { check: 'longer', ...warning('slow', 'Move it.') },
  { check: 'a', ...problem('gone\u001b[31m', 'Restore it.') },
  { check: 'a', ...problem('full', 'Empty it.') },
];

test('the report has a line per finding and per fix, and a summary, without control characters', () => {
  expect(textReport(findings).split('\n')).toEqual([
    'ok      a       fine',
    'warning longer  slow',
    '                fix: Move it.',
    'problem a       gone [31m',
    '                fix: Restore it.',
    'problem a       full',
    '                fix: Empty it.',
    '',
    'Problems found: 1 ok, 1 warning, 2 problems, 0 skipped.',
  ]);
});

test('the report for scripts has one object per finding, and the summary at the end', () => {
  const lines = jsonReport(findings)
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(5);
  expect(lines[4]).toEqual({ summary: { counts: { ok: 1, warning: 1, problem: 2, skipped: 0 }, isHealthy: false } });
});

test('warnings alone are healthy', () => {
  expect(summarise(findings.slice(0, 2)).isHealthy).toBe(true);
});
