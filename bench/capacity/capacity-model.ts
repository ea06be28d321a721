import { times, type Usage } from './usage.ts';

interface Price {
  readonly usd: number;
  readonly what: string;
  /** Where it was quoted, and where to look up the current one. */
  readonly source: string;
  readonly check: string;
  readonly date: string;
}

/** docs/performance/prices.json */
export interface Inputs {
  readonly region: string;
  readonly usd: Readonly<
    Record<
      | 'fargateVcpuHour'
      | 'fargateGbHour'
      | 'lambdaGbSecond'
      | 's3Writes1000'
      | 's3Reads1000'
      | 's3GbMonth'
      | 'cacheNodeHour'
      | 'cdnGb'
      | 'cdnHttps10000',
      Price
    >
  >;
  readonly assumptions: {
    /** Shares of the kinds of uploads. */
    readonly mix: Readonly<Record<string, number>>;
    /** Of the CPU that is paid, while there is work. */
    readonly busyShare: number;
    readonly gbPerVcpu: number;
    readonly lambdaGbPerVcpu: number;
    /** The busiest minutes of a day, compared to its mean. */
    readonly peakOfMean: number;
    readonly cacheNodeGb: number;
    readonly cacheNodeUsableShare: number;
    /** A primary and its replica. */
    readonly cacheNodesPerInstallation: number;
    /** Of Redis' one core, at the peak. */
    readonly redisBusyShareMax: number;
    /** How long a backlog must fit into Redis, and for how many days an image is listed. */
    readonly backlogHours: number;
    readonly listedDays: number;
  };
}

/** What Redis holds for one image, in bytes. */
export interface RedisBytes {
  /** Until it is rendered. */
  readonly waiting: number;
  /** For a day, for at most `JOBS_KEPT_MAX` images of an installation. */
  readonly finished: number;
  /** In the listing and in the index for duplicates. */
  readonly listed: number;
}

const JOBS_KEPT_MAX = 100_000;
const DAY_S = 86_400;
const MONTH_DAYS = 30.4;
const GB = 1e9;
/** The requests that a partition of a prefix takes at least: docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html */
const S3_WRITES_PER_PREFIX = 3_500;
/** The last two hex digits of an image's id. */
const PREFIXES = 256;
/** Pages of a thousand objects that a round of the reconciler reads, and the seconds between two rounds, as set by default. */
const RECONCILER_PAGES = 100;
const RECONCILER_INTERVAL_S = 300;

/** USD for the work on images, and for a month of storing them. */
export interface Money {
  readonly workers: number;
  readonly api: number;
  readonly requests: number;
  readonly storageMonth: number;
  /** In place of the workers. */
  readonly lambda: number;
}

export function moneyOf(usage: Usage, { usd, assumptions }: Inputs): Money {
  const vcpuHour = usd.fargateVcpuHour.usd + assumptions.gbPerVcpu * usd.fargateGbHour.usd;
  const fargate = (cpuS: number) => (cpuS / assumptions.busyShare / 3600) * vcpuHour;
  return {
    workers: fargate(usage.workerCpuS),
    api: fargate(usage.apiCpuS),
    requests: (usage.writes * usd.s3Writes1000.usd + usage.reads * usd.s3Reads1000.usd) / 1000,
    storageMonth: ((usage.uploadBytes + usage.writtenBytes) / GB) * usd.s3GbMonth.usd,
    lambda: (usage.workerCpuS / assumptions.busyShare) * assumptions.lambdaGbPerVcpu * usd.lambdaGbSecond.usd,
  };
}

/** The installations for a number of images a day. */
export interface Fleet {
  readonly imagesPerS: { readonly mean: number; readonly peak: number };
  readonly workerVcpus: { readonly mean: number; readonly peak: number };
  readonly apiVcpus: number;
  /** At the peak, per second. */
  readonly writes: number;
  readonly reads: number;
  readonly redisCommands: number;
  /** Cores of Redis at the peak, of all installations. */
  readonly redisCores: number;
  readonly redisGb: number;
  readonly installations: number;
  readonly usdPerMonth: {
    readonly workers: number;
    readonly api: number;
    readonly requests: number;
    readonly redis: number;
    /** That the uploads of each month add to the bill of every later month. */
    readonly storage: number;
  };
}

export function fleetFor(perDay: number, perImage: Usage, redis: RedisBytes, inputs: Inputs): Fleet {
  const { assumptions, usd } = inputs;
  const mean = perDay / DAY_S;
  const peak = mean * assumptions.peakOfMean;
  const redisCores = peak * perImage.redisCpuS;
  const installations = Math.max(1, Math.ceil(redisCores / assumptions.redisBusyShareMax));
  const redisGb =
    (peak * assumptions.backlogHours * 3600 * redis.waiting +
      Math.min(perDay, JOBS_KEPT_MAX * installations) * redis.finished +
      perDay * assumptions.listedDays * redis.listed) /
    GB;
  const usableGb = assumptions.cacheNodeGb * assumptions.cacheNodeUsableShare;
  const cacheNodes = Math.max(installations, Math.ceil(redisGb / usableGb)) * assumptions.cacheNodesPerInstallation;
  const month = moneyOf(times(perImage, perDay * MONTH_DAYS), inputs);
  const vcpus = (imagesPerS: number, cpuS: number) => (imagesPerS * cpuS) / assumptions.busyShare;
  return {
    imagesPerS: { mean, peak },
    workerVcpus: { mean: vcpus(mean, perImage.workerCpuS), peak: vcpus(peak, perImage.workerCpuS) },
    apiVcpus: vcpus(peak, perImage.apiCpuS),
    writes: peak * perImage.writes,
    reads: peak * perImage.reads,
    redisCommands: peak * perImage.redisCommands,
    redisCores,
    redisGb,
    installations,
    usdPerMonth: {
      workers: month.workers,
      api: month.api,
      requests: month.requests,
      redis: cacheNodes * usd.cacheNodeHour.usd * 24 * MONTH_DAYS,
      storage: month.storageMonth,
    },
  };
}

/** How much one of each thing carries. */
export interface Limits {
  /** Images a second. */
  readonly redisCore: number;
  readonly apiVcpu: number;
  readonly bucketPrefix: number;
  readonly bucketPrefixes: number;
  /** Images that are listed, in the memory of one node. */
  readonly redisNode: number;
  /** Stored images that one pass of the reconciler reads in a day. */
  readonly reconciled: number;
}

export function limitsOf(perImage: Usage, redis: RedisBytes, { assumptions }: Inputs): Limits {
  const pagesPerDay = (RECONCILER_PAGES * DAY_S) / RECONCILER_INTERVAL_S;
  // A page has a thousand originals or a thousand renditions. The original, the manifest and the index entry are no renditions.
  const pagesPerImage = (1 + perImage.writes - 3) / 1000;
  return {
    redisCore: assumptions.redisBusyShareMax / perImage.redisCpuS,
    apiVcpu: assumptions.busyShare / perImage.apiCpuS,
    bucketPrefix: S3_WRITES_PER_PREFIX / perImage.writes,
    bucketPrefixes: (S3_WRITES_PER_PREFIX * PREFIXES) / perImage.writes,
    redisNode: (assumptions.cacheNodeGb * assumptions.cacheNodeUsableShare * GB) / redis.listed,
    reconciled: pagesPerDay / pagesPerImage,
  };
}

/** Images a day, if the busiest second is at this limit. */
export const perDayAt = (imagesPerS: number, { assumptions }: Inputs): number =>
  (imagesPerS / assumptions.peakOfMean) * DAY_S;
