import { benchAllocator } from './allocator/bench-allocator.ts';
import { benchApi } from './api/bench-api.ts';
import { benchRequests } from './api/bench-requests.ts';
import { benchCapacity } from './capacity/bench-capacity.ts';
import { benchCost } from './cost/bench-cost.ts';
import { benchEdge } from './edge/bench-edge.ts';
import { benchEffort } from './engine/bench-effort.ts';
import { benchEngine } from './engine/bench-engine.ts';
import { benchLazy } from './engine/bench-lazy.ts';
import { benchProfile } from './engine/bench-profile.ts';
import { benchEnhance } from './enhance/bench-enhance.ts';
import { benchFair } from './fair/bench-fair.ts';
import { benchFairRenders } from './fair/bench-fair-renders.ts';
import { benchFleet } from './fleet/bench-fleet.ts';
import { benchFrontier } from './frontier/bench-frontier.ts';
import { benchRoundPng } from './frontier/bench-round-png.ts';
import { benchGraphics } from './graphics/bench-graphics.ts';
import { benchHostile } from './hostile/bench-hostile.ts';
import { benchLive } from './live/bench-live.ts';
import { benchSharpen } from './options/bench-sharpen.ts';
import { drawOptions } from './options/draw-options.ts';
import { benchReady } from './ready/bench-ready.ts';
import { benchFrames } from './seller/bench-frames.ts';
import { benchReport } from './seller/bench-report.ts';
import { benchSoak } from './soak/bench-soak.ts';
import { benchTracing } from './tracing/bench-tracing.ts';
import { benchVision } from './vision/bench-vision.ts';

interface Bench {
  readonly about: string;
  readonly argument?: { readonly shown: string; readonly pattern: RegExp };
  readonly run: (options: { quick: boolean; argument?: string | undefined }) => Promise<void>;
}

const benches: Record<string, Bench> = {
  allocator: {
    about: 'CPU, time and memory of an engine process by the settings of its allocator',
    run: benchAllocator,
  },
  api: {
    about: 'tickets per second and their latency, compared to a bare handler, and with a full queue',
    run: benchApi,
  },
  capacity: {
    about:
      'CPU, bytes, requests and Redis commands of a run of 10,000 images, compared to a prediction from a few; what millions cost',
    argument: { shown: '[images]', pattern: /^\d*$/ },
    run: benchCapacity,
  },
  corpus: {
    about:
      "compares the engine's renditions of a folder of pictures to Chromium: lists outliers, writes a contact sheet",
    argument: { shown: '<folder>', pattern: /./ },
    // Imported on demand: only this bench needs a browser, which is missing in a production installation.
    run: async ({ argument: folder }) => (await import('./pixels/bench-corpus.ts')).benchCorpus({ folder }),
  },
  cost: {
    about: 'CPU and memory of one image, fitted to its header: rewrites the coefficients of the prediction',
    run: benchCost,
  },
  edge: {
    about:
      'misses and hits at the edge, compared to bare sharp, ipx and nginx; one cold key; hostile requests. `edge hostile` and `edge misses` measure that part alone',
    argument: { shown: '[hostile|misses]', pattern: /^(hostile|misses)?$/ },
    run: benchEdge,
  },
  effort: { about: 'CPU of one avif encode by effort', run: benchEffort },
  engine: { about: 'our engine compared to the bare codecs and the pipeline of most tutorials', run: benchEngine },
  enhance: {
    about:
      'whether filters, or a network that enlarges, make damaged photographs better, by four metrics; downloads photographs',
    run: benchEnhance,
  },
  fair: {
    about: 'time to ready of nine tenants beside the flood of a tenth, in turns by tenant and first in, first out',
    run: benchFair,
  },
  'fair-renders': { about: 'the same with real renders on all cores', run: benchFairRenders },
  fleet: {
    about:
      'a flash sale of 5,000 uploads onto an autoscaled fleet of none to two workers, and the throughput of one and two',
    run: benchFleet,
  },
  frames: { about: 'precision and recall of the warning `framed`, by kinds of frames', run: benchFrames },
  frontier: {
    about: 'bytes and CPU of encoder settings at equal quality, by size; downloads photographs from npm and Debian',
    run: benchFrontier,
  },
  graphics: {
    about: 'which drawings and photographs are taken for graphics, and the bytes of the settings for graphics',
    run: benchGraphics,
  },
  hostile: {
    about: 'CPU, memory and end of each hostile file of chaos, in the engine processes of a worker of 1,620 MiB',
    run: benchHostile,
  },
  lazy: {
    about: 'CPU and bytes at the upload, by the entries of the product set that are made on request',
    run: benchLazy,
  },
  live: {
    about: 'memory per listener with 5,000 listeners, and the time from a rendition to all of them',
    run: benchLive,
  },
  options: { about: 'no measurement: draws the pictures of docs/variants.md', run: drawOptions },
  profile: { about: 'CPU of one image by step: decode, scaling, each encoder', run: benchProfile },
  ready: {
    about:
      'from the report of an upload to its first rendition and to ready, on an idle system; what engine processes add, which `ready boundary` measures alone',
    argument: { shown: '[boundary]', pattern: /^(boundary)?$/ },
    run: benchReady,
  },
  report: {
    about:
      'precision and recall of the warnings that are measured, and distances of perceptual hashes; downloads photographs',
    run: benchReport,
  },
  requests: { about: 'CPU of one API process for a request, by kind, refused ones among them', run: benchRequests },
  'round-png': { about: 'bytes, CPU and quality of round png files, lossless and with a palette', run: benchRoundPng },
  sharpen: { about: 'contrast and halos by the settings of the unsharp mask', run: benchSharpen },
  soak: { about: 'memory over thousands of jobs in one process, with each installed allocator', run: benchSoak },
  tracing: {
    about: 'CPU of a ticket and of a render without a tracing facade, with tracing off, and with it on',
    run: benchTracing,
  },
  vision: {
    about: 'whether crops keep faces, by position, and the CPU and memory of finding them; writes a sheet of the crops',
    run: benchVision,
  },
};

const NO_ARGUMENT = { shown: '', pattern: /^$/ };
const NAME_CHARS = 21;

const [name = '', ...rest] = process.argv.slice(2);
const bench = benches[name];
const [argument, ...more] = rest.filter((one) => one !== '--quick');
if (bench && (bench.argument ?? NO_ARGUMENT).pattern.test(argument ?? '') && more.length === 0) {
  await bench.run({ quick: rest.includes('--quick'), argument });
} else {
  const lines = Object.entries(benches).map(
    ([each, { about, argument: { shown } = NO_ARGUMENT }]) => `  ${`${each} ${shown}`.padEnd(NAME_CHARS)} ${about}`,
  );
  console.error(`usage: pnpm bench <name> [--quick]

${lines.join('\n')}

--quick runs only a few sources and settings, as a smoke test; do not quote its figures.`);
  process.exitCode = 2;
}
