import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { alerts, root } from './files.ts';

const promtool = async (...args: string[]) =>
  promisify(execFile)('promtool', args, { cwd: root, timeout: 60_000 }).then(({ stdout, stderr }) => stdout + stderr);

const version = await promtool('--version').catch(() => undefined);
if (!version) console.warn('promtool is missing: rules are not run. `pnpm test:promtool` installs it.');

interface RuleTests {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

test('every alert has a test in which it fires, and one in which it does not', () => {
  const { tests } = parse(readFileSync(join(root, 'tests/imagemill.yaml'), 'utf8')) as RuleTests;
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  for (const { alert } of alerts) {
    const counts = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length);
    expect(counts.toSorted(), alert).toEqual([0, 1]);
  }
});

describe.skipIf(!version)('promtool', () => {
  test('accepts the rules and the configuration', async () => {
    expect(await promtool('check', 'rules', 'rules/imagemill.yaml')).toContain(`${alerts.length} rules found`);
    expect(await promtool('check', 'config', '--syntax-only', 'prometheus.yml')).toContain('SUCCESS');
  });

  test('runs the tests of the rules', async () => {
    expect(await promtool('test', 'rules', 'tests/imagemill.yaml')).toContain('SUCCESS');
  });
});
