// Runs one contender on one source in a separate process, to measure its memory and CPU alone; prints JSON.
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { contenders } from './contenders.ts';

const [name = '', path = ''] = process.argv.slice(2);
const contender = contenders[name];
if (!contender) throw new Error(`There is no contender "${name}".`);

const bytes = await readFile(path);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const outputBytes = await contender(bytes);
const wallMs = performance.now() - startedAt;
const cpu = process.cpuUsage(cpuBefore);
delay.disable();
const result = {
  cpuMs: (cpu.user + cpu.system) / 1000,
  wallMs,
  peakRssMiB: process.resourceUsage().maxRSS / 1024,
  loopDelayP99Ms: delay.percentile(99) / 1e6,
  outputBytes,
};
console.log(JSON.stringify(result));
