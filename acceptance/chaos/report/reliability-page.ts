import { readFile, writeFile } from 'node:fs/promises';
import { machine } from '@imagemill/bench/machine';
import { markdownTable } from '@imagemill/bench/markdown-table';
import { withSection } from '@imagemill/bench/page-section';
import { ABANDONED } from '../load/load.ts';
import type { FaultReport } from './fault-report.ts';
import { faultsTable } from './faults-table.ts';

const PAGE = new URL('../../../docs/reliability.md', import.meta.url);
const DATA = new URL('../../../docs/reliability.json', import.meta.url);

/** The last full run of a fault, and its machine. */
type KeptRun = Omit<FaultReport, 'logs'> & ReturnType<typeof machine>;

/**
 * Stores a full run's figures in docs/reliability.json, and regenerates the tables of docs/reliability.md from all stored runs:
 * a run of one fault updates only its row.
 */
export async function keepReport({ logs: _, ...report }: FaultReport, order: readonly string[]): Promise<void> {
  const kept = await readKept();
  const runs = [...kept.filter(({ fault }) => fault !== report.fault), { ...report, ...machine() }];
  runs.sort((a, b) => order.indexOf(a.fault) - order.indexOf(b.fault));
  await writeFile(DATA, `${JSON.stringify(runs, null, 2)}\n`);
  await writeFile(PAGE, await reliabilityPage());
}

/** docs/reliability.md with the figures of the stored runs. */
export async function reliabilityPage(): Promise<string> {
  return withSection(await readFile(PAGE, 'utf8'), 'chaos', tables(await readKept()));
}

async function readKept(): Promise<KeptRun[]> {
  const text = await readFile(DATA, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  return JSON.parse(text) as KeptRun[];
}

function tables(runs: readonly KeptRun[]): string {
  const minutes = Math.round(runs.reduce((sum, { durationMs }) => sum + durationMs, 0) / 60_000);
  const missed = runs.flatMap(({ fault, missed: goals }) => goals.map((goal) => `- **${fault}** missed: ${goal}`));
  const how = runs.map(({ fault, description, seed, date, cpu, cores, node }) => [
    `\`${fault}\``,
    description,
    `\`--seed ${seed}\``,
    `${date}, ${cores} × ${cpu}, Node ${node}`,
  ]);
  return [
    faultsTable(runs),
    missed.length > 0 ? missed.join('\n') : 'Every goal was met.',
    'What the runs also noted:',
    runs.flatMap((run) => notesOf(run).map((note) => `- **${run.fault}**: ${note}`)).join('\n'),
    `Command: \`npx -y pnpm@12 chaos\`; ${minutes} minutes in total.`,
    markdownTable(['fault', 'description', 'seed', 'date and machine'], how),
  ].join('\n\n');
}

/** The notes of a run; abandoned uploads are counted. */
function notesOf({ notes }: KeptRun): string[] {
  const others = notes.filter((note) => !note.startsWith(ABANDONED)).map((note) => note.replace(/\.$/, ''));
  const abandoned = notes.length - others.length;
  return abandoned > 0 ? [...others, `${abandoned} uploads were abandoned by their sellers during the outage`] : others;
}
