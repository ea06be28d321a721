import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { expect, test } from 'vitest';
import { reportTrouble } from './report-trouble.ts';

test('reports the first failure of an outage and the first success after it', () => {
  const events: string[] = [];
  let answer: ExportResult = { code: ExportResultCode.SUCCESS };
  const exporter = reportTrouble(
    { export: (_, done) => done(answer), shutdown: async () => {} },
    ({ message }) => events.push(message),
    () => events.push('recovered'),
  );
  const outcomes = [true, false, false, true, true, false].map((isGood, at) => {
    answer = isGood
      ? { code: ExportResultCode.SUCCESS }
      : { code: ExportResultCode.FAILED, error: new Error(`no. ${at}`) };
    let seen: ExportResult | undefined;
    exporter.export([], (result) => (seen = result));
    return seen === answer;
  });
  expect(outcomes.every(Boolean)).toBe(true);
  expect(events).toEqual(['no. 1', 'recovered', 'no. 5']);
});
