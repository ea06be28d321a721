// Runs one contender on one source in a separate process, to measure its memory and CPU alone; prints JSON.
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { peakRssOf } from '../report/peak-rss.ts';
import { contenders } from './contenders.ts';
import { openInEngineProcess, THROUGH_POOL } from './through-pool.ts';

const [name = '', path = ''] = process.argv.slice(2);
const opened = name === THROUGH_POOL ? await openInEngineProcess() : undefined;
const contender = opened?.run ?? contenders[name];
if (!contender) throw new Error(`There is no contender "${name}".`);

const bytes = await readFile(path);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpuBefore = process.cpuUsage();
const engineBefore = opened?.usage();
const startedAt = performance.now();
const outputBytes = await contender(bytes);
const wallMs = performance.now() - startedAt;
const cpu = process.cpuUsage(cpuBefore);
const engine = opened?.usage();
delay.disable();
const result = {
  cpuMs: (cpu.user + cpu.system) / 1000 + (engine?.cpuMs ?? 0) - (engineBefore?.cpuMs ?? 0),
  wallMs,
  peakRssMiB: peakRssOf(process.pid) / 1024 ** 2 + (engine?.peakRssMiB ?? 0),
  loopDelayP99Ms: delay.percentile(99) / 1e6,
  outputBytes,
};
await opened?.close();
console.log(JSON.stringify(result));
