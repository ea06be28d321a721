import { readFileSync } from 'node:fs';
import { createEnginePool } from '@imagemill/imaging';
import { peakRssOf } from '../report/peak-rss.ts';
import { renderAll, tutorialSet } from './contenders.ts';

/** The name of the contender that renders the tutorial's six in an engine process. */
export const THROUGH_POOL = 'ours, engine process';

/** Hundredths of a second: man 5 proc, USER_HZ. */
const TICK_MS = 10;

/** A pool of one started process. The usage is that of this process; Linux only. */
export async function openInEngineProcess() {
  let engine = 0;
  const onEvent = (event: { is: string; pid?: number }) => {
    if (event.is === 'started') engine = event.pid ?? 0;
  };
  const pool = await createEnginePool({ processes: 1, onEvent });
  return {
    run: (bytes: Buffer) => renderAll(pool, bytes, tutorialSet),
    usage() {
      const stat = readFileSync(`/proc/${engine}/stat`, 'latin1');
      const fields = stat
        .slice(stat.lastIndexOf(') ') + 2)
        .split(' ')
        .map(Number);
      return { cpuMs: ((fields[11] ?? 0) + (fields[12] ?? 0)) * TICK_MS, peakRssMiB: peakRssOf(engine) / 1024 ** 2 };
    },
    close: () => pool.close(),
  };
}
