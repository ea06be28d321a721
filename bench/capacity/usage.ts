/** What images have used: of one image, of a million, or of a run. */
export interface Usage {
  /** CPU seconds of workers with their engine processes, of API processes, and of Redis. */
  readonly workerCpuS: number;
  readonly apiCpuS: number;
  readonly redisCpuS: number;
  /** Bytes of originals, and of everything that is stored beside them. */
  readonly uploadBytes: number;
  readonly writtenBytes: number;
  /** Requests of the storage: PUT, POST and LIST; GET and HEAD. */
  readonly writes: number;
  readonly reads: number;
  /** Commands that Redis has run, those within scripts included. */
  readonly redisCommands: number;
}

export const quantities = {
  workerCpuS: 'CPU of workers, s',
  apiCpuS: 'CPU of the API, s',
  redisCpuS: 'CPU of Redis, s',
  uploadBytes: 'bytes uploaded',
  writtenBytes: 'bytes stored beside them',
  writes: 'storage writes (PUT, POST, LIST)',
  reads: 'storage reads (GET, HEAD)',
  redisCommands: 'Redis commands',
} as const satisfies Record<keyof Usage, string>;

const names = Object.keys(quantities) as (keyof Usage)[];

const usageOf = (value: (name: keyof Usage) => number): Usage =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as unknown as Usage;

export const times = (usage: Usage, factor: number): Usage => usageOf((name) => usage[name] * factor);

export const difference = (after: Usage, before: Usage): Usage => usageOf((name) => after[name] - before[name]);

/** @param parts usages, each with how often it counts */
export const sumOf = (parts: readonly { readonly usage: Usage; readonly count: number }[]): Usage =>
  usageOf((name) => parts.reduce((sum, { usage, count }) => sum + usage[name] * count, 0));

/** By which part the prediction is wrong: above 0 if it was too high. */
export const deviations = (predicted: Usage, measured: Usage): Usage =>
  usageOf((name) => predicted[name] / measured[name] - 1);
