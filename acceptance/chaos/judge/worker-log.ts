import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A log line of a worker about the progress of a render. */
export interface RenderLine {
  readonly pid: number;
  readonly atMs: number;
  readonly imageId: string;
  readonly event: 'taken' | 'started' | 'finished' | 'failed';
}

const events: Readonly<Record<string, RenderLine['event']>> = {
  'job started': 'taken',
  'image started': 'started',
  'image finished': 'finished',
  'attempt failed': 'failed',
};

/** All render lines of all workers, past and present, in chronological order. */
export async function readWorkerLogs(logs: string): Promise<readonly RenderLine[]> {
  const lines: RenderLine[] = [];
  for await (const name of glob('worker-*.log', { cwd: logs })) {
    const text = await readFile(join(logs, name), 'utf8');
    lines.push(...text.split('\n').flatMap((line) => renderLine(line) ?? []));
  }
  return lines.sort((a, b) => a.atMs - b.atMs);
}

function renderLine(line: string): RenderLine | undefined {
  // A killed process may leave a truncated line.
  if (!line.startsWith('{') || !line.endsWith('}')) return undefined;
  const { pid, time, imageId, msg } = JSON.parse(line) as { pid: number; time: string; imageId?: string; msg: string };
  const event = events[msg];
  return event && imageId !== undefined ? { pid, atMs: Date.parse(time), imageId, event } : undefined;
}

/**
 * The images that a process was rendering at a given time. An image that another process has taken over belongs to that process:
 * if the first process continues without its lock, the end of its run is not logged.
 */
export function inFlight(lines: readonly RenderLine[], pid: number, atMs: number): ReadonlySet<string> {
  const images = new Set<string>();
  for (const line of lines) {
    if (line.atMs > atMs) break;
    const isOurs = line.pid === pid;
    if (isOurs && line.event === 'started') images.add(line.imageId);
    else if (!isOurs || line.event !== 'taken') images.delete(line.imageId);
  }
  return images;
}

/** The number of events of one kind after each image's first. */
export function countRepeats(lines: readonly RenderLine[], event: RenderLine['event']): number {
  const of = lines.filter((line) => line.event === event);
  return of.length - new Set(of.map(({ imageId }) => imageId)).size;
}
