import type { Chaos, Fault } from '../fault.ts';
import { type Shoppers, startShoppers } from '../load/shoppers.ts';

const sizes = {
  full: { withinMs: 900_000, pictureSideMax: 900, uploadEveryMs: 300, settleWithinMs: 180_000 },
  short: { withinMs: 900_000, pictureSideMax: 400, uploadEveryMs: 1_000, settleWithinMs: 100_000 },
};
const rounds = (full: number, short: number) => ({
  full: { ...sizes.full, rounds: full },
  short: { ...sizes.short, rounds: short },
});

const KILL_EVERY_MS = 2_000;
const POLL_MS = 50;
/** A render of a small picture takes longer. */
const INTO_RENDER_MS = 30;

export const edgeKill: Fault = {
  name: 'edge-kill',
  description: '`kill -9` of a random edge every 2 s while shoppers request pictures of new images, {rounds} times',
  ...rounds(30, 3),
  stack: { workers: 1, edges: 2 },
  inject: (chaos) =>
    withShoppers(chaos, async (shoppers) => {
      for (let round = 1; round <= chaos.rounds; round++) {
        const served = shoppers.pictures();
        await chaos.pause(KILL_EVERY_MS);
        // On a busy machine an edge may take longer than that to start. Kills in between would prove nothing.
        while (shoppers.pictures() === served) await chaos.pause(POLL_MS);
        const edge = chaos.random.pick(chaos.stack.edges);
        await edge.up();
        edge.send('SIGKILL');
        chaos.say(`${round} of ${chaos.rounds} killed`);
      }
    }),
};

export const edgePaused: Fault = {
  name: 'edge-paused',
  description:
    'two edges asked for the same pictures, one of them stopped with SIGSTOP while it renders, {rounds} times',
  ...rounds(10, 2),
  stack: { workers: 1, edges: 2 },
  inject: (chaos) => withShoppers(chaos, (shoppers) => pauseAndTakeOver(chaos, shoppers)),
};

export const edgeStorageFaults: Fault = {
  name: 'edge-storage-faults',
  description: 'every seventh storage request fails while shoppers request pictures of new images, for {rounds} s',
  ...rounds(60, 6),
  stack: { workers: 1, edges: 2, storageProxy: true },
  inject: (chaos) =>
    withShoppers(chaos, async () => {
      const misbehaviours = ['slow-down', 'hang', 'reset', 'cut-upload', 'cut-download'] as const;
      const { random, stack } = chaos;
      stack.storageProxy?.misbehave(() => (random.chance(0.15) ? random.pick(misbehaviours) : undefined));
      await chaos.pause(chaos.rounds * 1_000);
      stack.storageProxy?.misbehave(undefined);
    }),
};

async function withShoppers(chaos: Chaos, inject: (shoppers: Shoppers) => Promise<void>): Promise<void> {
  const shoppers = startShoppers(chaos);
  await inject(shoppers);
  const counts = Object.entries(await shoppers.stop()).map(([status, count]) => `${count} × ${status}`);
  chaos.note(`Requests at the edges: ${counts.join(', ')}.`);
}

async function pauseAndTakeOver({ stack, load, rounds, pause, fail, say }: Chaos, shoppers: Shoppers): Promise<void> {
  const [paused, other] = stack.edges;
  if (!paused || !other) throw new Error('This fault needs two edges.');
  for (let round = 1; round <= rounds; round++) {
    const uploaded = load.uploads.size;
    while (load.uploads.size === uploaded || ![...load.uploads.values()].at(-1)?.uploaded) await pause(10);
    const upload = [...load.uploads.values()].at(-1);
    if (!upload) continue;
    const first = upload.urls.map((url) => shoppers.request(paused.url, upload, url));
    await pause(INTO_RENDER_MS);
    paused.send('SIGSTOP');
    const statuses = await Promise.all(upload.urls.map((url) => shoppers.request(other.url, upload, url)));
    paused.send('SIGCONT');
    await Promise.all(first);
    if (upload.expected === 'ready' && statuses.some((status) => status !== 200)) {
      fail(`the other edge answered ${statuses.join(', ')} while one was paused`);
    }
    say(`${round} of ${rounds} continued`);
  }
}
