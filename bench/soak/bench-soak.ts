import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findJemalloc } from '../allocator/find-jemalloc.ts';
import { lineChart } from '../report/line-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';

const RUN_JOBS = fileURLToPath(new URL('./run-jobs.ts', import.meta.url));

/** The same flags as in the worker's Dockerfile. */
const AS_DEPLOYED = ['--max-semi-space-size=4'];

interface Sample {
  readonly jobs: number;
  readonly rssMiB: number;
  /** Memory that V8 has reserved for JavaScript, used or unused. */
  readonly heapMiB: number;
}

interface Run {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** Memory over thousands of mixed jobs in one process: with each installed allocator, and with Node's default heap. */
export async function benchSoak({ quick }: { quick: boolean }): Promise<void> {
  const jobs = quick ? 200 : 5_000;
  const runs: Run[] = [{ name: 'glibc', samples: await soak(jobs, AS_DEPLOYED, {}) }];
  const jemalloc = await findJemalloc();
  if (jemalloc) runs.push({ name: 'jemalloc', samples: await soak(jobs, AS_DEPLOYED, { LD_PRELOAD: jemalloc }) });
  else console.log('jemalloc is not installed (Debian: libjemalloc2): measuring only glibc');
  runs.push({ name: 'glibc, default heap', samples: await soak(jobs, [], {}) });

  const report = {
    data: { machine: machine(), jobs, runs },
    markdown: table(runs, jobs),
    svg: lineChart({
      title: `Resident memory over ${jobs} mixed jobs in one process`,
      xLabel: 'jobs',
      yLabel: 'MiB',
      yFromZero: true,
      series: runs.map(({ name, samples }) => ({
        name,
        points: samples.map(({ jobs, rssMiB }) => ({ x: jobs, y: rssMiB })),
      })),
    }),
  };
  await writeReport('soak', report, { quick });
}

async function soak(jobs: number, nodeFlags: readonly string[], env: NodeJS.ProcessEnv): Promise<Sample[]> {
  const child = spawn(process.execPath, [...nodeFlags, RUN_JOBS, String(jobs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const samples: Sample[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const sample = JSON.parse(line) as Sample;
    samples.push(sample);
    if (sample.jobs % 500 === 0) console.log(`${sample.jobs} jobs: ${sample.rssMiB.toFixed(0)} MiB`);
  }
  return samples;
}

/** The mean of the ten samples up to a number of jobs, because single samples fluctuate. */
function level(samples: readonly Sample[], jobs: number, of: 'rssMiB' | 'heapMiB'): number {
  const near = samples.filter((sample) => sample.jobs <= jobs).slice(-10);
  return near.reduce((sum, sample) => sum + sample[of], 0) / near.length;
}

function table(runs: readonly Run[], jobs: number): string {
  const early = jobs / 10;
  return markdownTable(
    ['allocator', `MiB at ${early} jobs`, `MiB at ${jobs} jobs`, 'growth', 'V8 heap, before and after'],
    runs.map(({ name, samples }) => {
      const [before, after] = [level(samples, early, 'rssMiB'), level(samples, jobs, 'rssMiB')];
      const heap = [early, jobs].map((at) => level(samples, at, 'heapMiB').toFixed(0)).join(' → ');
      return [name, before.toFixed(0), after.toFixed(0), `${(100 * (after / before - 1)).toFixed(1)} %`, heap];
    }),
  );
}
