import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fleetFor, type Inputs, limitsOf, moneyOf, perDayAt } from './capacity-model.ts';
import { capacityPage, predictionOf } from './capacity-page.ts';
import { countsOf, inTurns, runMix } from './kinds.ts';
import { deviations, difference, sumOf, times, type Usage } from './usage.ts';

const published = JSON.parse(
  readFileSync(new URL('../../docs/performance/prices.json', import.meta.url), 'utf8'),
) as Inputs;
const price = (usd: number) => ({ usd, what: '', source: '', check: '', date: '' });
const inputs: Inputs = {
  region: 'nowhere',
  usd: {
    fargateVcpuHour: price(3),
    fargateGbHour: price(1),
    lambdaGbSecond: price(0.001),
    s3Writes1000: price(10),
    s3Reads1000: price(1),
    s3GbMonth: price(0.5),
    cacheNodeHour: price(1),
    cdnGb: price(1),
    cdnHttps10000: price(1),
  },
  assumptions: {
    mix: {},
    busyShare: 0.5,
    gbPerVcpu: 2,
    lambdaGbPerVcpu: 2,
    peakOfMean: 2,
    cacheNodeGb: 10,
    cacheNodeUsableShare: 0.5,
    cacheNodesPerInstallation: 2,
    redisBusyShareMax: 0.5,
    backlogHours: 1,
    listedDays: 100,
  },
};
const perImage: Usage = {
  workerCpuS: 1,
  apiCpuS: 0.01,
  redisCpuS: 0.005,
  uploadBytes: 2e6,
  writtenBytes: 1e6,
  writes: 15,
  reads: 4,
  redisCommands: 300,
};
const redis = { waiting: 1000, finished: 4000, listed: 500 };

test('money is CPU that is paid while it is idle too, requests by the thousand, and a month of the stored bytes', () => {
  expect(moneyOf(times(perImage, 1000), inputs)).toEqual({
    // 1000 s of CPU at half load: 2000 s of a vCPU with 2 GB, at $5 an hour.
    workers: (2000 / 3600) * 5,
    api: expect.closeTo((20 / 3600) * 5),
    requests: 154,
    storageMonth: 1.5,
    lambda: 4,
  });
});

test('a fleet has CPU for the peak, memory for a backlog, the jobs of a day and the listing, and shards by the one core of Redis', () => {
  const { imagesPerS, workerVcpus, redisGb, installations } = fleetFor(8_640_000, perImage, redis, inputs);
  expect(imagesPerS).toEqual({ mean: 100, peak: 200 });
  expect(workerVcpus).toEqual({ mean: 200, peak: 400 });
  // 200 images a second take one core, of which each Redis may use the half.
  expect(installations).toBe(2);
  expect(redisGb).toBeCloseTo((200 * 3600 * 1000 + 200_000 * 4000 + 864_000_000 * 500) / 1e9);
});

test('ten times the images cost ten times as much, apart from Redis, whose nodes are whole', () => {
  const [one, ten] = [1e6, 1e7].map((perDay) => fleetFor(perDay, perImage, redis, inputs).usdPerMonth);
  for (const part of ['workers', 'api', 'requests', 'storage'] as const)
    expect(ten?.[part]).toBeCloseTo(10 * (one?.[part] ?? Number.NaN));
  expect(fleetFor(1, perImage, redis, inputs).usdPerMonth.redis).toBeCloseTo(2 * 24 * 30.4);
});

test('limits are what one of each thing carries', () => {
  const limits = limitsOf(perImage, redis, inputs);
  expect(limits).toMatchObject({ redisCore: 100, apiVcpu: 50, bucketPrefix: 3500 / 15, redisNode: 1e7 });
  // 100 pages every five minutes, of 13 for a thousand images: the original's, and twelve of renditions.
  expect(limits.reconciled).toBeCloseTo(28_800_000 / 13);
  expect(perDayAt(limits.redisCore, inputs)).toBe(50 * 86_400);
});

test('usages are added, scaled, subtracted and compared by quantity', () => {
  const two = sumOf([
    { usage: perImage, count: 1 },
    { usage: times(perImage, 3), count: 2 },
  ]);
  for (const off of Object.values(deviations(two, times(perImage, 7)))) expect(off).toBeCloseTo(0, 9);
  for (const off of Object.values(deviations(difference(two, perImage), times(perImage, 6))))
    expect(off).toBeCloseTo(0, 9);
  expect(deviations(times(perImage, 1.1), perImage).writes).toBeCloseTo(0.1);
});

test('a prediction is the sum of its images, and of the seconds in which the installation runs', () => {
  const kind = (cpu: number) => ({ ...perImage, workerCpuS: cpu });
  const data = {
    perImage: { a: kind(1), b: kind(2) },
    counts: { a: 10, b: 5 },
    perSecond: times(perImage, 0.1),
    run: { seconds: 20 },
  };
  const predicted = predictionOf(data as unknown as Parameters<typeof predictionOf>[0]);
  expect(predicted.workerCpuS).toBeCloseTo(10 + 10 + 2);
  expect(predicted.writes).toBeCloseTo(15 * 15 + 30);
});

test('a run has exactly the images that it was asked for, each kind spread over it', () => {
  for (const images of [1, 60, 300, 10_000]) {
    const order = inTurns(countsOf(runMix, images));
    expect(order).toHaveLength(images);
  }
  const order = inTurns(countsOf(runMix, 10_000));
  for (const kind of new Set(order)) {
    const [first, last] = [order.indexOf(kind), order.lastIndexOf(kind)];
    expect([first < 100, last > 9_900]).toEqual([true, true]);
  }
});

test('every price names where it was quoted, where to look up the current one, and when', () => {
  for (const { usd, what, source, check, date } of Object.values(published.usd)) {
    expect(usd).toBeGreaterThan(0);
    expect([what, source].every((text) => text.length > 10)).toBe(true);
    expect(check).toMatch(/^https:\/\/aws\.amazon\.com\//);
    expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
  }
});

test('the tables of docs/capacity.md follow from the stored measurements and prices', async () => {
  await expect(await capacityPage()).toMatchFileSnapshot('../../docs/capacity.md');
});
