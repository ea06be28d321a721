import { benchApi } from './api/bench-api.ts';
import { benchEffort } from './engine/bench-effort.ts';
import { benchEngine } from './engine/bench-engine.ts';
import { benchProfile } from './engine/bench-profile.ts';
import { benchFrontier } from './frontier/bench-frontier.ts';
import { benchLive } from './live/bench-live.ts';
import { benchSoak } from './soak/bench-soak.ts';

const benches: Record<string, (options: { quick: boolean; folder?: string | undefined }) => Promise<void>> = {
  api: benchApi,
  // Imported when it is asked for: it alone needs a browser, which a production install has not.
  corpus: async (options) => (await import('./pixels/bench-corpus.ts')).benchCorpus(options),
  effort: benchEffort,
  engine: benchEngine,
  frontier: benchFrontier,
  live: benchLive,
  profile: benchProfile,
  soak: benchSoak,
};

const [name = '', ...rest] = process.argv.slice(2);
const bench = benches[name];
const [folder, ...more] = rest.filter((argument) => argument !== '--quick');
if (bench && (folder !== undefined) === (name === 'corpus') && more.length === 0) {
  await bench({ quick: rest.includes('--quick'), folder });
} else {
  console.error(`usage: pnpm bench ${Object.keys(benches)
    .filter((other) => other !== 'corpus')
    .join('|')} [--quick]
       pnpm bench corpus <folder>

  api       tickets a second and their latency, beside a bare handler, and with a full queue
  corpus    every picture of a folder as the engine renders it beside how Chromium shows it: outliers, a contact sheet
  effort    CPU of one avif encode by effort
  engine    our engine beside the bare codecs and the pipeline of most tutorials
  frontier  every encoder setting's bytes, CPU and quality, and which of them nothing beats
  live      memory for each of 5,000 listeners, and how long a rendition takes to all of them
  profile   where the CPU of one image goes: decode, scaling, each encoder
  soak      memory over thousands of jobs in one process, with each allocator that is installed

--quick takes a few sources and settings only, to see that it works; its figures are not for quoting.`);
  process.exitCode = 2;
}
