import { readFile, writeFile } from 'node:fs/promises';
import type { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { withSection } from '../report/page-section.ts';
import { fleetFor, type Inputs, limitsOf, moneyOf, perDayAt, type RedisBytes } from './capacity-model.ts';
import type { Kind } from './kinds.ts';
import type { Measured } from './measure-images.ts';
import { deviations, quantities, sumOf, times, type Usage } from './usage.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const PAGE = new URL('capacity.md', DOCS);
const DATA = new URL('performance/capacity.json', DOCS);
const INPUTS = new URL('performance/prices.json', DOCS);
const API_DATA = new URL('performance/api.json', DOCS);
const MILLION = 1e6;
const SCALES = [500_000, 5_000_000, 500_000_000];
const GOAL = 0.1;

/** What one bench run has measured. */
export interface CapacityData {
  readonly machine: ReturnType<typeof machine>;
  readonly loadBefore: number | undefined;
  /** Of an installation without work. */
  readonly perSecond: Usage;
  readonly perImage: Readonly<Record<Kind, Usage>>;
  /** The images of the run. */
  readonly counts: Readonly<Record<Kind, number>>;
  readonly run: Measured;
  /** What Redis held after it, by the second part of its keys. */
  readonly redisBytes: Readonly<Record<string, number>>;
  readonly imagesInRedis: number;
}

/** Stores the measurements, and writes the tables of docs/capacity.md. */
export async function keepCapacity(data: CapacityData): Promise<void> {
  await writeFile(DATA, `${JSON.stringify(data, null, 2)}\n`);
  await writeFile(PAGE, await capacityPage());
}

/** docs/capacity.md, with tables that follow from the stored measurements and prices. */
export async function capacityPage(): Promise<string> {
  const [page, ...files] = await Promise.all([PAGE, DATA, INPUTS, API_DATA].map((file) => readFile(file, 'utf8')));
  const [data, inputs, api] = files.map((text) => JSON.parse(text)) as [
    CapacityData,
    Inputs,
    { filled: { bytesPerJob: number } },
  ];
  return withSection(page ?? '', 'bench capacity', tables(data, inputs, api.filled.bytesPerJob));
}

function tables(data: CapacityData, inputs: Inputs, waitingBytes: number): string {
  const perImage = inMix(data, inputs.assumptions.mix);
  const redis = redisBytesOf(data, waitingBytes);
  return [
    `### Prediction and run\n\n${runTable(data)}`,
    `### Per million images\n\n${millionTable(data, perImage, inputs)}`,
    `### By images a day\n\n${scaleTable(perImage, redis, inputs)}`,
    `### Where each limit lies\n\n${limitTable(perImage, redis, inputs)}`,
    `### Prices and assumptions\n\n${inputTables(inputs)}`,
  ].join('\n\n');
}

function inMix({ perImage }: CapacityData, mix: Readonly<Record<string, number>>): Usage {
  const parts = Object.entries(mix).map(([kind, count]) => {
    const usage = perImage[kind as Kind];
    if (!usage) throw new Error(`prices.json: "${kind}" is no kind of upload that was measured.`);
    return { usage, count };
  });
  const share = parts.reduce((sum, { count }) => sum + count, 0);
  if (Math.abs(share - 1) > 1e-9) throw new Error(`prices.json: the shares of the mix have the sum ${share}, not 1.`);
  return sumOf(parts);
}

function redisBytesOf({ redisBytes, imagesInRedis }: CapacityData, waiting: number): RedisBytes {
  const of = (...families: string[]) =>
    families.reduce((sum, family) => sum + (redisBytes[family] ?? 0), 0) / imagesInRedis;
  return { waiting, finished: of('render'), listed: of('images', 'fingerprints') };
}

/** The usage that the coefficients predict for the run. */
export function predictionOf({ perImage, perSecond, counts, run }: CapacityData): Usage {
  const ofImages = (Object.keys(counts) as Kind[]).map((kind) => ({ usage: perImage[kind], count: counts[kind] }));
  return sumOf([...ofImages, { usage: perSecond, count: run.seconds }]);
}

export function runTable(data: CapacityData): string {
  const { run, machine, loadBefore = Number.NaN } = data;
  const predicted = predictionOf(data);
  const off = deviations(predicted, run.usage);
  const rows = (Object.entries(quantities) as [keyof Usage, string][]).map(([name, title]) => [
    title,
    ...[predicted, run.usage].map((usage) => count(usage[name])),
    `${off[name] < 0 ? '−' : '+'}${Math.abs(100 * off[name]).toFixed(1)} %`,
    Math.abs(off[name]) <= GOAL ? 'met' : '**missed**',
  ]);
  const images = Object.entries(data.counts).map(([kind, of]) => `${count(of)} × ${kind}`);
  return [
    markdownTable([`${count(run.images)} images`, 'predicted', 'measured', 'deviation', `goal ±${100 * GOAL} %`], rows),
    `The run: ${images.join('; ')}; ${count(run.seconds)} s. ${machine.date}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}; load before the run: ${loadBefore.toFixed(1)}.`,
  ].join('\n\n');
}

function millionTable(data: CapacityData, inTheMix: Usage, inputs: Inputs): string {
  const columns = [...Object.entries(data.perImage), ['the mix below', inTheMix] as const].map(([name, usage]) => {
    const of = times(usage, MILLION);
    return { name, of, money: moneyOf(of, inputs), objectBytes: usage.writtenBytes / (usage.writes - 1) };
  });
  const row = (title: string, value: (column: (typeof columns)[number]) => string) => [title, ...columns.map(value)];
  return markdownTable(
    ['a million of', ...columns.map(({ name }) => name)],
    [
      row('CPU hours of workers', ({ of }) => count(of.workerCpuS / 3600)),
      row('CPU hours of the API', ({ of }) => count(of.apiCpuS / 3600)),
      row('CPU hours of Redis', ({ of }) => count(of.redisCpuS / 3600)),
      row('GB uploaded', ({ of }) => count(of.uploadBytes / 1e9)),
      row('GB of renditions and manifests', ({ of }) => count(of.writtenBytes / 1e9)),
      row('million storage writes', ({ of }) => (of.writes / MILLION).toFixed(1)),
      row('million storage reads', ({ of }) => (of.reads / MILLION).toFixed(1)),
      row('million Redis commands', ({ of }) => count(of.redisCommands / MILLION)),
      row('workers on Fargate', ({ money }) => usd(money.workers)),
      row('in place of them: Lambda', ({ money }) => usd(money.lambda)),
      row('API on Fargate', ({ money }) => usd(money.api)),
      row('requests of S3', ({ money }) => usd(money.requests)),
      row('a month of storage in S3', ({ money }) => usd(money.storageMonth)),
      row('a million views of a mean rendition: bytes, requests', ({ objectBytes }) =>
        [((objectBytes * MILLION) / 1e9) * inputs.usd.cdnGb.usd, (MILLION / 10_000) * inputs.usd.cdnHttps10000.usd]
          .map(usd)
          .join(', '),
      ),
    ],
  );
}

function scaleTable(perImage: Usage, redis: RedisBytes, inputs: Inputs): string {
  const columns = SCALES.map((perDay) => ({ perDay, fleet: fleetFor(perDay, perImage, redis, inputs) }));
  type Fleet = (typeof columns)[number]['fleet'];
  const row = (title: string, value: (fleet: Fleet) => string) => [title, ...columns.map(({ fleet }) => value(fleet))];
  return markdownTable(
    ['images a day', ...columns.map(({ perDay }) => count(perDay))],
    [
      row('images a second, mean and peak', ({ imagesPerS: { mean, peak } }) => `${count(mean)}, ${count(peak)}`),
      row('vCPUs of workers, mean and peak', ({ workerVcpus: { mean, peak } }) => `${count(mean)}, ${count(peak)}`),
      row('vCPUs of the API, peak', ({ apiVcpus }) => count(apiVcpus)),
      row('storage writes a second, peak', ({ writes }) => count(writes)),
      row('storage reads a second, peak', ({ reads }) => count(reads)),
      row('Redis commands a second, peak', ({ redisCommands }) => count(redisCommands)),
      row('cores of Redis, peak', ({ redisCores }) => count(redisCores)),
      row('memory of Redis, GB', ({ redisGb }) => count(redisGb)),
      row('installations', ({ installations }) => count(installations)),
      row('a month: workers', ({ usdPerMonth }) => usd(usdPerMonth.workers)),
      row('a month: API', ({ usdPerMonth }) => usd(usdPerMonth.api)),
      row('a month: requests of S3', ({ usdPerMonth }) => usd(usdPerMonth.requests)),
      row('a month: Redis, with replicas', ({ usdPerMonth }) => usd(usdPerMonth.redis)),
      row('a month: S3, for each month of uploads', ({ usdPerMonth }) => usd(usdPerMonth.storage)),
    ],
  );
}

function limitTable(perImage: Usage, redis: RedisBytes, inputs: Inputs): string {
  const limits = limitsOf(perImage, redis, inputs);
  const rate = (perS: number) => [`${count(perS)} images a second`, count(perDayAt(perS, inputs))];
  return markdownTable(
    ['what', 'carries', 'images a day at this peak', 'beyond it'],
    [
      [
        'Redis: one core',
        ...rate(limits.redisCore),
        'another installation, with its own Redis; tenants are divided among them',
      ],
      [
        'Redis: memory of one node, for the listing',
        `${count(limits.redisNode)} images listed`,
        '',
        'a larger node, up to 32 times as large',
      ],
      ['API: one vCPU', ...rate(limits.apiVcpu), 'more processes: they share nothing'],
      [
        'S3: a prefix that is not split yet',
        ...rate(limits.bucketPrefix),
        'nothing to do: S3 splits it in up to an hour, and workers repeat a refused request',
      ],
      [
        "S3: the 256 prefixes of images' ids",
        ...rate(limits.bucketPrefixes),
        'buckets of its own for each installation',
      ],
      [
        'reconciler: one pass',
        `${count(limits.reconciled)} images stored, in a day`,
        '',
        'a shorter `RECONCILE_INTERVAL_SECONDS`, or another installation',
      ],
    ],
  );
}

function inputTables({ region, usd: prices, assumptions }: Inputs): string {
  const { mix, ...numbers } = assumptions;
  const priceRows = Object.values(prices).map(({ usd: price, what, source, check, date }) => [
    what,
    `$${price}`,
    date,
    source.startsWith('https:') ? `<${source}>` : source,
    `<${check}>`,
  ]);
  const shares = Object.entries(mix).map(([kind, share]) => `${count(100 * share)} % ${kind}`);
  const values = Object.entries(numbers).map(([name, value]) => [`\`${name}\``, String(value)]);
  return [
    markdownTable([`price in \`${region}\``, 'USD', 'looked up', 'quoted by', 'current price'], priceRows),
    `The mix: ${shares.join(', ')}.`,
    markdownTable(['assumption', 'value'], values),
  ].join('\n\n');
}

/** With three digits, or all of a whole number of thousands. */
function count(value: number): string {
  if (value >= 1000) return Math.round(Number(value.toPrecision(3))).toLocaleString('en-US');
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

const usd = (value: number) =>
  `$${value >= 10 ? Math.round(Number(value.toPrecision(3))).toLocaleString('en-US') : value.toPrecision(2)}`;
