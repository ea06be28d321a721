import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { EngineStart } from '../channel/messages.ts';
import type { Detector } from '../detector.ts';
import { withFilter } from '../sandbox/open-filter.ts';
import type { Watermarks } from '../watermark/placed-mark.ts';
import { bundleProgram } from './bundle-program.ts';
import { type EngineCommandOptions, engineCommand } from './engine-command.ts';
import { createEngineProcess, type EngineProcess } from './engine-process.ts';
import type { FileMemory } from './file-memory.ts';
import { firstLines } from './first-lines.ts';
import { lowerPriority, niceness } from './lower-priority.ts';
import type { Slots } from './slots.ts';

export interface SpawnOptions extends EngineCommandOptions {
  readonly start: EngineStart;
  readonly slots: Slots;
  readonly fileMemory: FileMemory;
  readonly watermarks: Watermarks;
  readonly detector: Detector | undefined;
  /** Called with a line that a process wrote to standard error, by native code or by a crash. */
  readonly onLog: (pid: number, line: string) => void;
}

/** A process starts in 0.25 s of CPU; on an overloaded machine this takes longer. */
const START_MS_MAX = 60_000;

/**
 * Starts an engine process.
 *
 * @param signal ends the process while it starts
 * @throws Error with the last lines of its standard error, if it ends before it is ready; Error of `bundleProgram`
 */
export async function spawnEngine(options: SpawnOptions, signal: AbortSignal): Promise<EngineProcess> {
  const { program, isBundled } = options.files;
  const bundle = isBundled ? await readFile(program) : await bundleProgram(program);
  const { command, args, env } = engineCommand(JSON.stringify(options.start), options);
  // On Windows, only an overlapped pipe can be read and written at the same time; elsewhere it is a pair of sockets.
  const stdio = withFilter(['pipe', 'ignore', 'pipe', 'overlapped'], options.sandbox.filter);
  const child = spawn(command, args, { env, cwd: '/', stdio });
  // Before it has further threads, which inherit it.
  if (child.pid !== undefined) lowerPriority(child.pid, niceness.light);
  // The end of the process says more than an error here.
  child.stdin?.on('error', () => {}).end(bundle);
  const lines = collectLines(child, options.onLog);
  const { promise: ready, resolve: onReady, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  const { slots, fileMemory, watermarks, detector } = options;
  const engine = createEngineProcess(child, { slots, files: fileMemory, watermarks, detector, onReady });
  const stop = () => engine.kill('closed', new Error('It was not ready in time.'));
  const tooLate = AbortSignal.any([signal, AbortSignal.timeout(START_MS_MAX)]);
  if (tooLate.aborted) stop();
  tooLate.addEventListener('abort', stop, { once: true });
  void engine.ended.then(() => reject(new Error(`An engine process did not start.\n${lines.join('\n')}`)));
  try {
    await ready;
    return engine;
  } finally {
    tooLate.removeEventListener('abort', stop);
  }
}

/** What a process writes to standard error. */
function collectLines({ pid = 0, stderr }: ChildProcess, onLog: SpawnOptions['onLog']): readonly string[] {
  const lines: string[] = [];
  if (!stderr) return lines;
  firstLines(stderr, (line) => {
    lines.push(line);
    onLog(pid, line);
  });
  return lines;
}
