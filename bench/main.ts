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

const benches: Record<string, (options: { quick: boolean; argument?: string | undefined }) => Promise<void>> = {
  api: benchApi,
  capacity: benchCapacity,
  // Imported on demand: only this bench needs a browser, which is missing in a production installation.
  corpus: async ({ argument: folder }) => (await import('./pixels/bench-corpus.ts')).benchCorpus({ folder }),
  cost: benchCost,
  edge: benchEdge,
  effort: benchEffort,
  engine: benchEngine,
  enhance: benchEnhance,
  fair: benchFair,
  fleet: benchFleet,
  frames: benchFrames,
  frontier: benchFrontier,
  graphics: benchGraphics,
  hostile: benchHostile,
  lazy: benchLazy,
  live: benchLive,
  options: drawOptions,
  profile: benchProfile,
  ready: benchReady,
  report: benchReport,
  requests: benchRequests,
  'round-png': benchRoundPng,
  sharpen: benchSharpen,
  soak: benchSoak,
  tracing: benchTracing,
  vision: benchVision,
};

const [name = '', ...rest] = process.argv.slice(2);
const bench = benches[name];
const [argument, ...more] = rest.filter((one) => one !== '--quick');
const isComplete =
  argument === undefined
    ? name !== 'corpus'
    : name === 'corpus' || name === 'capacity' || (name === 'edge' && argument === 'hostile');
if (bench && isComplete && more.length === 0) {
  await bench({ quick: rest.includes('--quick'), argument });
} else {
  console.error(`usage: pnpm bench ${Object.keys(benches)
    .filter((other) => other !== 'corpus')
    .join('|')} [--quick]
       pnpm bench capacity [images]
       pnpm bench corpus <folder>
       pnpm bench edge [hostile]

  api       tickets per second and their latency, compared to a bare handler, and with a full queue
  capacity  CPU, bytes, requests and Redis commands of a run of 10,000 images, compared to a prediction from a few; what millions cost
  corpus    compares the engine's renditions of a folder of pictures to Chromium: lists outliers, writes a contact sheet
  cost      CPU and memory of one image, fitted to its header: rewrites the coefficients of the prediction
  edge      misses and hits at the edge, compared to bare sharp, ipx and nginx; one cold key; hostile requests, which \`edge hostile\` measures alone
  effort    CPU of one avif encode by effort
  engine    our engine compared to the bare codecs and the pipeline of most tutorials
  enhance   whether filters, or a network that enlarges, make damaged photographs better, by four metrics; downloads photographs
  fair      time to ready of nine tenants beside the flood of a tenth, in turns by tenant and first in, first out
  fleet     a flash sale of 5,000 uploads onto an autoscaled fleet of none to two workers, and the throughput of one and two
  frontier  bytes and CPU of encoder settings at equal quality, by size; downloads photographs from npm and Debian
  graphics  which drawings and photographs are taken for graphics, and the bytes of the settings for graphics
  hostile   CPU, memory and end of each hostile file of chaos, in the engine processes of a worker of 1,500 MiB
  lazy      CPU and bytes at the upload, by the entries of the product set that are made on request
  live      memory per listener with 5,000 listeners, and the time from a rendition to all of them
  options   no measurement: draws the pictures of docs/variants.md
  profile   CPU of one image by step: decode, scaling, each encoder
  ready     from the report of an upload to its first rendition and to ready, on an idle system
  report    precision and recall of the warnings that are measured, and distances of perceptual hashes; downloads photographs
  round-png bytes, CPU and quality of round png files, lossless and with a palette
  sharpen   contrast and halos by the settings of the unsharp mask
  soak      memory over thousands of jobs in one process, with each installed allocator
  tracing   CPU of a ticket and of a render without a tracing facade, with tracing off, and with it on
  vision    whether crops keep faces, by position, and the CPU and memory of finding them; writes a sheet of the crops

--quick runs only a few sources and settings, as a smoke test; do not quote its figures.`);
  process.exitCode = 2;
}
