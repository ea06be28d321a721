import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chaos, Fault } from '../../fault.ts';
import type { Upload } from '../../load/load.ts';
import { buckets } from '../../stack/chaos-stack.ts';
import { type Manner, type ModerationService, startModerationService } from './moderation-service.ts';

/** The services of the runs in this process. */
const services = new Map<string, ModerationService>();
const serviceOf = (dir: string): ModerationService => {
  const service = services.get(dir);
  if (!service) throw new Error('The moderation service was not started.');
  return service;
};

const setsFile = (dir: string) => join(dir, 'variant-sets.json');
const sets = { product: { moderation: true }, avatar: { moderation: true } };
const manners: readonly Exclude<Manner, 'answers'>[] = ['down', 'slow', 'lies'];
const LOOK_EVERY_MS = 100;
/** Looks at the newest images, which have no verdict yet. */
const NEWEST = 4;
const UPLOADS_BETWEEN = 4;

/** A hold because of the service is settled after a minute. */
const size = { pictureSideMax: 400, settleWithinMs: 200_000 };

export const moderation: Fault = {
  name: 'moderation',
  description: 'the moderation service is down, then does not answer, then lies, for {rounds} s each',
  full: { ...size, rounds: 60, withinMs: 900_000, uploadEveryMs: 300 },
  short: { ...size, rounds: 4, withinMs: 280_000, uploadEveryMs: 1_000 },
  stack: {
    edges: 1,
    async prepare(dir) {
      services.set(dir, await startModerationService());
      await writeFile(setsFile(dir), JSON.stringify(sets));
    },
    env: (dir) => ({ VARIANT_SETS_FILE: setsFile(dir) }),
    workerEnv: (dir) => ({
      MODERATION_URL: serviceOf(dir).url,
      MODERATION_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
      MODERATION_ALLOW_PRIVATE: 'true',
      MODERATION_TIMEOUT_MS: '500',
      RECONCILE_INTERVAL_SECONDS: '2',
    }),
  },
  async inject(chaos) {
    const { stack, load, rounds, say, fail, note } = chaos;
    const service = serviceOf(stack.dir);
    const watch = watchForEarlyPictures(chaos, service);
    for (const manner of manners) {
      say(manner);
      service.manner = manner;
      const endAt = Date.now() + rounds * 1_000;
      while (Date.now() < endAt || service.asked[manner] === 0) await chaos.pause(LOOK_EVERY_MS);
      service.manner = 'answers';
      await load.uploaded([...load.uploads.values()].filter(({ uploaded }) => uploaded).length + UPLOADS_BETWEEN);
    }
    const looks = await watch.stop();
    if (looks === 0) fail('no image was looked at before its verdict');
    note(`${looks} looks at images without a verdict found no picture.`);
  },
  missed: ({ attemptsUsed, deadLetters }) => [
    ...(attemptsUsed === 0 ? [] : [`${attemptsUsed} images lost an attempt`]),
    ...Object.entries(deadLetters).map(([code, count]) => `${count} dead letters with ${code}`),
  ],
};

/** Requests pictures of images that the service has not allowed, from the bucket and from the edge. */
function watchForEarlyPictures({ stack, load, random, signal, fail, pause }: Chaos, service: ModerationService) {
  let stopping = false;
  let looks = 0;

  async function look({ imageId, urls }: Upload): Promise<void> {
    const url = random.pick(urls);
    const edgeUrl = random.pick(stack.edges).url;
    const atEdge = url.replace(`${stack.s3.endpoint}/${buckets.cdn}`, edgeUrl);
    for (const each of [url, atEdge, `${edgeUrl}/images/${imageId}/large`]) {
      const status = await fetch(each, { signal }).then(
        async (response) => {
          await response.body?.cancel();
          return response.status;
        },
        () => undefined,
      );
      // It may have been allowed during the request.
      if (service.allowed.has(imageId)) return;
      if (status === 200) fail(`${each} was public before a verdict`);
    }
    looks += 1;
  }

  async function run(): Promise<void> {
    while (!stopping && !signal.aborted) {
      const newest = [...load.uploads.values()].filter(({ uploaded }) => uploaded).slice(-NEWEST);
      for (const upload of newest) if (!service.allowed.has(upload.imageId)) await look(upload);
      await pause(LOOK_EVERY_MS);
    }
  }

  const running = run();
  running.catch(() => {});
  return {
    /** @returns how many looks there were */
    async stop(): Promise<number> {
      stopping = true;
      await running;
      return looks;
    },
  };
}
