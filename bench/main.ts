import { benchEngine } from './engine/bench-engine.ts';
import { benchFrontier } from './frontier/bench-frontier.ts';
import { benchSoak } from './soak/bench-soak.ts';

const benches: Record<string, (options: { quick: boolean }) => Promise<void>> = {
  engine: benchEngine,
  frontier: benchFrontier,
  soak: benchSoak,
};

const [name = '', ...flags] = process.argv.slice(2);
const bench = benches[name];
if (bench && flags.every((flag) => flag === '--quick')) {
  await bench({ quick: flags.includes('--quick') });
} else {
  console.error(`usage: pnpm bench ${Object.keys(benches).join('|')} [--quick]

  engine    our engine beside the bare codecs and the pipeline of most tutorials
  frontier  every encoder setting's bytes, CPU and quality, and which of them nothing beats
  soak      memory over thousands of jobs in one process, with each allocator that is installed

--quick takes a few sources and settings only, to see that it works; its figures are not for quoting.`);
  process.exitCode = 2;
}
