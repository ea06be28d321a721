import { type Layer, leaveOut, type OwnLayer, type Sandbox } from '../sandbox/layers.ts';
import type { EngineProcess } from './engine-process.ts';

interface LayeredStart {
  /** The layers that the system has. */
  readonly probed: Sandbox;
  /** Layers without which no process may run. */
  readonly required: readonly OwnLayer[];
  readonly start: (sandbox: Sandbox, signal: AbortSignal) => Promise<EngineProcess>;
  /** Called once, with the layers of every process. */
  readonly onProven: (sandbox: Sandbox) => void;
}

/** They restrict the files and system calls of the program: libraries in an unusual folder, or a new release of Node, may need more. */
const restrictions: readonly OwnLayer[] = ['permission-model', 'call-filter', 'landlock'];

/**
 * Starts processes behind the layers that work here. The first process shows which ones do: if it does not start, it is started without
 * the restrictions, which are then added again one at a time. A start that failed for another reason thus costs no layer.
 *
 * @returns a function that starts a process. It throws the error of the first process, or an Error that names the required layers that
 * do not work
 */
export function startBehindLayers({ probed, required, start, onProven }: LayeredStart) {
  let proven: Sandbox | undefined;
  return async (signal: AbortSignal): Promise<EngineProcess> => {
    if (proven) return start(proven, signal);
    const first = await startFirst(probed, (sandbox) => start(sandbox, signal));
    const lacking = first.sandbox.missing.filter(({ layer }) => required.some((other) => other === layer));
    if (lacking.length > 0) {
      await end(first.process);
      const reasons = lacking.map(({ layer, reason }) => `${layer} (${reason})`);
      throw new Error(
        `Required layers around engine processes do not work here: ${reasons.join(', ')}. Install what they need, or require fewer.`,
      );
    }
    proven = first.sandbox;
    onProven(proven);
    return first.process;
  };
}

interface First {
  readonly sandbox: Sandbox;
  readonly process: EngineProcess;
}

async function startFirst(probed: Sandbox, start: (sandbox: Sandbox) => Promise<EngineProcess>): Promise<First> {
  const doubtful = restrictions.filter((layer) => probed.active.includes(layer));
  const without = (left: ReadonlyMap<Layer, string>) => leaveOut(probed, left);
  const all = await start(probed).catch((error: unknown) => ({ error }));
  if (!('error' in all)) return { sandbox: probed, process: all };
  if (doubtful.length === 0) throw all.error;
  let left: ReadonlyMap<Layer, string> = new Map(doubtful.map((layer) => [layer, reasonOf(all.error)]));
  let process = await start(without(left));
  for (const layer of doubtful) {
    const fewer = new Map([...left].filter(([other]) => other !== layer));
    try {
      const next = await start(without(fewer));
      await end(process);
      [process, left] = [next, fewer];
    } catch (error) {
      left = new Map([...left, [layer, reasonOf(error)]]);
    }
  }
  return { sandbox: without(left), process };
}

async function end(process: EngineProcess): Promise<void> {
  process.kill('replaced', new Error('It runs with other layers.'));
  await process.ended;
}

/** The line of its standard error that names the error: Node writes the place of the error above it. */
function reasonOf(error: unknown): string {
  const lines = error instanceof Error ? error.message.split('\n') : [String(error)];
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(1) ?? lines[0] ?? '';
}
