import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { allFaults } from './faults/all-faults.ts';
import type { FaultReport } from './report/fault-report.ts';
import { faultsTable } from './report/faults-table.ts';
import { keepReport } from './report/reliability-page.ts';
import { runFaults } from './run-faults.ts';

const usage = `usage: pnpm chaos [fault…] [--short] [--seed N] [--json FILE]

Runs imagemill on this machine under load, injects one fault after the other, and reports the outcome of every upload.
Exit codes: 0 all goals met, 1 a goal was missed, 2 wrong usage.

${allFaults.map(({ name, description, full }) => `  ${name.padEnd(20)}${description.replace('{rounds}', String(full.rounds))}`).join('\n')}

  --short      small sizes, several faults at the same time, as a quick check; does not update docs/reliability.md
  --seed N     repeats the random choices of an earlier run
  --json FILE  also writes the figures to FILE

A full run of a fault updates its row in docs/reliability.md.
`;

const { values, positionals } = readArguments();
const faults = allFaults.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort(new Error(signal)));

console.log(`seed ${seed}`);
const reports: FaultReport[] = [];
const failures = await runFaults(faults, {
  short: values.short,
  seed,
  signal: ending.signal,
  say: (fault, progress) => console.log(`${new Date().toISOString().slice(11, 19)} ${fault}: ${progress}`),
  async onReport(report) {
    reports.push(report);
    if (!values.short)
      await keepReport(
        report,
        allFaults.map(({ name }) => name),
      );
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`);
  },
});
console.log(`\n${faultsTable(reports)}\n`);
for (const { fault, notes, logs } of reports) {
  for (const note of notes) console.log(`${fault}: ${note}`);
  if (logs) console.log(`${fault}: logs in ${logs}`);
}
for (const { fault, missed } of reports) for (const goal of missed) console.error(`${fault} missed: ${goal}`);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 || reports.some(({ missed }) => missed.length > 0) ? 1 : 0;

function readArguments() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        short: { type: 'boolean', default: false },
        seed: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const unknown = parsed.positionals.filter((name) => !allFaults.some((fault) => fault.name === name));
    if (unknown.length > 0) throw new Error(`Unknown fault "${unknown.join('", "')}".`);
    if (!/^\d*$/.test(parsed.values.seed ?? '')) throw new Error('--seed must be a whole number.');
    if (!parsed.values.help) return parsed;
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
