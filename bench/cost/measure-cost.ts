// Renders one file in a separate process, to measure its memory and CPU alone; prints JSON.
import { readFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { variantSets } from '@imagemill/variants';
import { peakRssOf } from '../report/peak-rss.ts';

const [path = '', category = ''] = process.argv.slice(2);
const set = variantSets().get(category) ?? [];
const engine = await createImagingEngine();
const before = { cpu: process.cpuUsage(), rss: process.memoryUsage.rss() };
const bytes = await readFile(path);
const inspection = await engine.inspectSource(bytes, { set });
const inspectCpu = process.cpuUsage(before.cpu);
const picture = await engine.decode(bytes, inspection.source, set);
for await (const _ of picture.render());
const cpu = process.cpuUsage(before.cpu);
const result = {
  ...inspection,
  inspectMs: (inspectCpu.user + inspectCpu.system) / 1000,
  cpuMs: (cpu.user + cpu.system) / 1000,
  memoryBytes: peakRssOf(process.pid) - before.rss,
};
console.log(JSON.stringify(result));
