import { type Decided, type SourceFacts, selectEntries, type VariantSet } from '@imagemill/variants';
import { callResults, type EngineCall } from '../channel/messages.ts';
import { defaultProcesses, defaultSlots } from '../default-slots.ts';
import type { Detector } from '../detector.ts';
import type { ImagingEngine } from '../engine.ts';
import { defaultLimits, type ImageLimits } from '../limits.ts';
import type { DecodeOptions } from '../picture.ts';
import type { OwnLayer, Sandbox } from '../sandbox/layers.ts';
import { probeSandbox } from '../sandbox/probe-sandbox.ts';
import type { Watermarks } from '../watermark/placed-mark.ts';
import { type Admission, createAdmission } from './admission.ts';
import { bundledFiles, type EngineFiles, workspaceFiles } from './engine-files.ts';
import type { EngineProcess } from './engine-process.ts';
import { createFileMemory, type FileMemory } from './file-memory.ts';
import { createImageRun, type ImageRun } from './image-run.ts';
import { createKeptRuns } from './kept-runs.ts';
import type { Lane } from './lane.ts';
import { createLanePrediction, type Grant, heavyImagesMax } from './lanes.ts';
import { CALLER_BYTES, createImageMemory, processesWithin, shareMemory } from './memory-shares.ts';
import { createPictureInProcess } from './picture-in-process.ts';
import type { PoolEvent } from './pool-event.ts';
import { createUsageReader } from './process-usage.ts';
import { createRoster, type Roster } from './roster.ts';
import { createSlots, type Slots } from './slots.ts';
import { spawnEngine } from './spawn-engine.ts';
import { startBehindLayers } from './start-behind-layers.ts';
import { createImageWatch, type ImageBudget } from './watch-images.ts';

export interface EnginePoolOptions {
  readonly limits?: Partial<ImageLimits> | undefined;
  /** The most engine processes, if they fit into the memory; as many as `slots`, and at least two, if not given. */
  readonly processes?: number | undefined;
  /** Concurrent decodes and encodes in all processes; one more than cores if not given. */
  readonly slots?: number | undefined;
  readonly budget?: Partial<ImageBudget> | undefined;
  /** What this process and its engine processes may use together; unlimited if not given. */
  readonly memoryBytes?: number | undefined;
  /** The part of it for the files that the calling process holds at once; none if not given. */
  readonly heldBytes?: number | undefined;
  /** Environment variables of the processes, such as LD_PRELOAD. They inherit none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Of the sets that are rendered: every process gets all of them when it starts. */
  readonly watermarks?: Watermarks | undefined;
  /** For entries with the position `face`; without one, they are cropped as `attention`. */
  readonly detector?: Detector | undefined;
  /** The layers around processes, all of which have to work; all that work if not given. */
  readonly layers?: readonly OwnLayer[] | undefined;
  readonly onEvent?: ((event: PoolEvent) => void) | undefined;
  /** Images after which a process is replaced. */
  readonly imagesMax?: number;
  /** Images that may wait for a process. */
  readonly waitingMax?: number;
  /** Path of the program of the processes; tests run one that misbehaves. */
  readonly program?: string;
  /** Folder of a finished bundle, with `engine.mjs`, `start.mjs` and `node_modules`; the workspace if not given. */
  readonly bundleFolder?: string | undefined;
}

/** An engine whose work happens in processes that can be killed. */
export interface EnginePool extends ImagingEngine {
  /** The most engine processes: as many as the options ask for, if they fit into the memory. */
  readonly size: number;
  /** Heavy images at once; further ones wait in `decode`. */
  readonly heavyMax: number;
  /**
   * The lane in which `decode` would wait. Call it with the bytes that were inspected.
   *
   * @throws RejectedImageError `too-complex`, as `decode` would
   */
  laneOf(
    file: Uint8Array,
    source: SourceFacts,
    set: VariantSet,
    options?: Pick<DecodeOptions, 'only' | 'enhance'>,
  ): Lane;
  status(): { readonly idle: number; readonly busy: number };
  /** Decodes and encodes of all engine processes. */
  slotStatus(): { readonly running: number; readonly waiting: number };
  /** Kills all processes, and resolves when they have ended. Running work throws. */
  close(): Promise<void>;
}

/** A photograph of 100 megapixels takes 5 to 15 s with all its renditions (docs/performance.md). */
export const defaultBudget: ImageBudget = {
  cpuMs: 30_000,
  wallMs: 180_000,
  memoryBytes: 2048 * 1024 * 1024,
};
/** Reading a header takes milliseconds, and up to a second for a large progressive JPEG. */
const INSPECT_CPU_MS_MAX = 5_000;
const inspectionBudget = (ofImage: ImageBudget): ImageBudget => ({
  ...ofImage,
  cpuMs: Math.min(ofImage.cpuMs, INSPECT_CPU_MS_MAX),
});
/**
 * Of an image's CPU. Those of the bench that are predicted to be light take at most 4.4 s, up to 1.7 times as long as predicted
 * (docs/performance/cost.json). One that takes more would hold the process of others.
 */
const LIGHT_CPU_PART = 1 / 3;
const inspection: Grant = { lane: 'light', chargedBytes: 0 };
/** Mutated files make the allocator retain about 1 MiB for 8 images. */
const IMAGES_MAX = 500;
/** A worker has at most 64 jobs: only a bug fills this queue. */
const WAITING_MAX = 1_000;

/**
 * Starts a pool of engine processes: one at first, and the others when images wait for them. Untrusted bytes are parsed in them only.
 * Compared to the engine in one process, an image may also be rejected because of its process (`crashed-decoder`, `timeout`,
 * `too-complex`), and TookTooLongError and EngineBusyError are thrown for reasons that are not the image's.
 *
 * @throws Error with the output of the process, if the first process does not start; Error that names the layers in `layers` that
 * do not work
 */
export async function createEnginePool(options: EnginePoolOptions = {}): Promise<EnginePool> {
  const limits = { ...defaultLimits, ...options.limits };
  const slotsMax = options.slots ?? defaultSlots();
  const budget = { ...defaultBudget, ...options.budget };
  const { size, places, shares, memory, most, lanesMax } = divideMemory(options, defaultProcesses(slotsMax), budget);
  // Images of both lanes have the same process if it is the only one.
  const lightCpuMs = size > 1 ? budget.cpuMs * LIGHT_CPU_PART : budget.cpuMs;
  const slots = createSlots(slotsMax);
  const usage = createUsageReader();
  const fileMemory = createFileMemory();
  const files = filesOf(options);
  const sandbox = await findSandbox(files, options);
  const roster = createRoster({
    size,
    imagesMax: options.imagesMax ?? IMAGES_MAX,
    usage,
    idleBytesMax: shares.processBytes + shares.imageBytes,
    onEvent: options.onEvent,
    spawn: spawnWith({ limits, slots, slotsMax, fileMemory, sandbox, files }, options),
    onIdle: () => admission.admit(),
  });
  const admission = createAdmission({ roster, ...lanesMax, waitingMax: options.waitingMax ?? WAITING_MAX });
  const context = { admission, roster, memory, watch: createImageWatch(usage) };
  const lanes = createLanePrediction(memory);
  const kept = createKeptRuns(context);
  const close = () => closeAll(admission, roster, sandbox);
  await roster.open().catch((error: unknown) => close().then(() => Promise.reject(error)));

  return {
    limits,
    ...places,
    free: fileMemory.free,
    close,
    async inspect(file, { signal, ...options } = {}) {
      const run = createImageRun(context, { file, ...inspection, budget: inspectionBudget(budget), most: most.light });
      return endIfFailed(run, async () => {
        const call = { do: 'inspect', options } as const;
        const { source, coding } = await run.do((process) => process.call(call, callResults.inspect), signal);
        lanes.inspected(file, coding);
        if (options.set) lanes.predict(file, { source, set: options.set });
        kept.keep(file, run);
        return source;
      });
    },
    async decode(file, source, set, { signal, isHeavy, onHeavy, ...options } = {}) {
      const wanted = selectEntries(set, options.only);
      const { prepare, decided } = decodeCalls({ source, set, ...options });
      const work = { budget, lightCpuMs, prepare, most: most.heavy, onHeavy };
      const predicted = lanes.predict(file, { source, set, ...options });
      const run = kept.goOn(file, isHeavy ? { ...predicted, lane: 'heavy' } : predicted, work);
      return endIfFailed(run, async () => {
        await run.do(async () => {}, signal);
        return createPictureInProcess(run, { set, count: wanted.length, decided: decided() });
      });
    },
    laneOf: (file, source, set, options) => lanes.predict(file, { source, set, ...options }).lane,
    status: () => ({ idle: roster.idle.length, busy: roster.alive - roster.idle.length }),
    slotStatus: slots.status,
  };
}

async function closeAll(admission: Admission, roster: Roster, { filter }: Sandbox): Promise<void> {
  admission.close(new Error('The engine was closed.'));
  await roster.close();
  filter?.close();
}

/** A run keeps its process and its memory until it is ended. */
async function endIfFailed<T>(run: ImageRun, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    run.end();
    throw error;
  }
}

function filesOf({ bundleFolder, program }: EnginePoolOptions): EngineFiles {
  const files = bundleFolder === undefined ? workspaceFiles() : bundledFiles(bundleFolder);
  return { ...files, ...(program !== undefined && { program }) };
}

function findSandbox({ readable }: EngineFiles, { environment, layers }: EnginePoolOptions): Promise<Sandbox> {
  // https://man7.org/linux/man-pages/man8/ld.so.8.html: separated by colons or spaces.
  const libraries = [environment?.LD_PRELOAD, environment?.LD_LIBRARY_PATH].flatMap(
    (paths) => paths?.split(/[: ]/) ?? [],
  );
  return probeSandbox([...readable, ...libraries], layers);
}

function divideMemory(options: EnginePoolOptions, processes: number, budget: ImageBudget) {
  const { memoryBytes = Number.MAX_SAFE_INTEGER, heldBytes = 0 } = options;
  const marksBytes = [...(options.watermarks ?? new Map())].reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  const poolBytes = memoryBytes - CALLER_BYTES - heldBytes - marksBytes;
  const size = processesWithin(poolBytes, options.processes ?? processes, marksBytes);
  const shares = shareMemory(poolBytes, size, marksBytes);
  const memory = createImageMemory(shares, budget.memoryBytes);
  const most = (lane: Lane): Grant => ({ lane, chargedBytes: memory.chargeMax[lane] });
  const places = { size, heavyMax: heavyImagesMax(size) };
  const lanesMax = { heavyMax: places.heavyMax, laneBytesMax: shares.laneBytes, loanBytesMax: shares.loanBytes };
  return { size, places, shares, memory, lanesMax, most: { light: most('light'), heavy: most('heavy') } };
}

/** The decode in each process that an image gets. After a crash, it keeps the focus of the renditions that it has. */
function decodeCalls(request: Omit<Extract<EngineCall, { do: 'decode' }>, 'do'>) {
  let decided: Decided | undefined;
  return {
    async prepare(process: EngineProcess) {
      const { chosenFocus = request.chosenFocus } = decided ?? {};
      const result = await process.call({ do: 'decode', ...request, chosenFocus }, callResults.decode);
      decided ??= result;
    },
    decided: (): Decided => decided ?? { skipped: [] },
  };
}

interface SpawnSettings {
  readonly limits: ImageLimits;
  readonly slots: Slots;
  readonly slotsMax: number;
  readonly fileMemory: FileMemory;
  readonly sandbox: Sandbox;
  readonly files: EngineFiles;
}

function spawnWith({ slotsMax, limits, sandbox, ...shared }: SpawnSettings, options: EnginePoolOptions) {
  const { environment = {}, watermarks = new Map(), detector, layers, onEvent } = options;
  const settings = {
    ...shared,
    environment,
    watermarks,
    detector,
    start: { limits, slots: slotsMax },
    // Some work does not wait for a slot: reading headers, and the summary.
    threads: slotsMax + 2,
    onLog: (pid: number, line: string) => onEvent?.({ is: 'log', pid, line }),
  };
  return startBehindLayers({
    probed: sandbox,
    required: layers ?? [],
    start: (behind, signal) => spawnEngine({ ...settings, sandbox: behind }, signal),
    onProven: ({ active, missing }) => onEvent?.({ is: 'sandbox', active, missing }),
  });
}
