import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Detector } from '@imagemill/imaging';
import { type Box, faceModel } from '@imagemill/variants';
import type { ScoredBox } from './faces/boxes.ts';
import { FACE_MODEL, findFaceRuntime } from './faces/face-model.ts';
import type { Found } from './faces/find-faces.ts';
import type { Runtime } from './faces/runtime.ts';
import type { FromFinder, ToFinder } from './process/messages.ts';

export interface FaceDetectorOptions {
  /** The one of this installation by default. */
  readonly runtime?: Runtime;
  /** How long a picture may take, with its wait and the start of the process. */
  readonly timeoutMs?: number;
  /** Frames that may wait. */
  readonly waitingMax?: number;
  /** After the process was killed or has ended, frames fail at once for this time. */
  readonly pauseMs?: number;
  /** The process is replaced after a frame with which it has more; by default, twice what its runtime takes. */
  readonly memoryBytesMax?: number;
  /** Path of the program of the process; tests run one that misbehaves. */
  readonly program?: string;
}

export interface FaceDetector extends Detector {
  /** The id of the process; undefined if none runs. */
  readonly pid: number | undefined;
  /** Kills the process, and resolves when it has ended. */
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('process/main.ts', import.meta.url));
/** With onnxruntime-node, 5 ms of CPU for a frame, 20 ms for a larger one, and 0.3 s for the first one. The rest is for a machine that is overloaded. */
const TIMEOUT_MS = 15_000;
/** An engine has one image in each of its processes. */
const WAITING_MAX = 128;
const PAUSE_MS = 60_000;

/**
 * Finds faces in a process of its own, which starts with the first frame and takes one at a time. A process can be killed in the middle of
 * a frame. A thread could not: if it is terminated while the runtime works, the runtime aborts the whole process.
 *
 * `detect` throws an Error if the process ended or failed, the frame took too long, or too many frames wait.
 *
 * @throws Error if there is no runtime
 */
export function createFaceDetector(options: FaceDetectorOptions = {}): FaceDetector {
  const { timeoutMs = TIMEOUT_MS, waitingMax = WAITING_MAX, pauseMs = PAUSE_MS, program = PROGRAM } = options;
  const { runtime = installedRuntime() } = options;
  const { memoryBytesMax = 2 * runtime.bytes } = options;
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let pausedUntil = 0;

  function end(): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return Promise.resolve();
    ending.ref();
    const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill('SIGKILL');
    return ended;
  }

  async function find(message: ToFinder, deadline: number): Promise<Found> {
    if (performance.now() < pausedUntil) throw new Error('The face detector has failed and is paused.');
    const restMs = deadline - performance.now();
    if (restMs <= 0) throw new Error('The frame has waited too long.');
    child ??= startFinder(program, runtime);
    try {
      const answer = await answerOf(child, message, restMs);
      if (answer.is === 'error') throw new Error(answer.error);
      if (answer.rssBytes > memoryBytesMax) await end();
      return answer;
    } catch (error) {
      await end();
      pausedUntil = performance.now() + pauseMs;
      throw error;
    }
  }

  function inTurn(message: ToFinder, deadline: number): Promise<Found> {
    if (waiting >= waitingMax) return Promise.reject(new Error('Too many frames wait for the face detector.'));
    waiting += 1;
    const turn = last.then(() => find(message, deadline)).finally(() => (waiting -= 1));
    last = turn.catch(() => {});
    return turn;
  }

  return {
    get pid() {
      return child?.pid;
    },
    async detect(frame, larger) {
      const deadline = performance.now() + timeoutMs;
      const inWhole = await inTurn({ frame }, deadline);
      if (inWhole.isSure) return inWhole.faces.map(unscored);
      // Other pictures have their turns until it comes: an engine process may never send it.
      const largerFrame = await before(deadline, larger());
      const { faces } = await inTurn({ frame: largerFrame, found: inWhole.faces }, deadline);
      return faces.map(unscored);
    },
    close: end,
  };
}

function installedRuntime(): Runtime {
  const found = findFaceRuntime();
  if (!found.runtime) throw new Error(found.reason);
  return found.runtime;
}

/** No confidence is kept. */
const unscored = ({ left, top, width, height }: ScoredBox): Box => ({ left, top, width, height });

/** @throws Error if it takes too long */
async function before<T>(deadline: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error('The larger frame took too long.')),
    deadline - performance.now(),
  );
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** It inherits no environment: there are no credentials in it. */
function startFinder(program: string, { url }: Runtime): ChildProcess {
  const execArgv = ['--max-old-space-size=64', '--max-semi-space-size=4'];
  const child = fork(program, [FACE_MODEL, faceModel.sha256, url], {
    serialization: 'advanced',
    execArgv,
    cwd: '/',
    stdio: 'ignore',
    env: { MALLOC_ARENA_MAX: '1' },
  });
  // The frame that it has fails by the end of the process.
  child.on('error', () => {});
  // An idle process does not keep its parent alive, which ends it.
  child.unref();
  child.channel?.unref();
  return child;
}

async function answerOf(child: ChildProcess, message: ToFinder, timeoutMs: number): Promise<FromFinder> {
  const { promise, resolve, reject } = Promise.withResolvers<FromFinder>();
  const onExit = () => reject(new Error('The process that finds faces has ended.'));
  const tooLate = setTimeout(() => reject(new Error('The faces were not found in time.')), timeoutMs);
  child.once('message', resolve).once('exit', onExit).once('error', reject);
  child.send(message, (error) => error && reject(error));
  try {
    return await promise;
  } finally {
    clearTimeout(tooLate);
    child.off('message', resolve).off('exit', onExit).off('error', reject);
  }
}
