import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { EvenLoad } from '../load/at-even-rate.ts';
import type { Contender } from './contenders.ts';
import { openPool } from './fetch-pictures.ts';
import { measureEvenHits } from './measure-hits.ts';
import type { Placed } from './place-images.ts';

export interface Hostile {
  readonly hitsPerSecond: number;
  readonly hostilePerSecond: number;
  readonly alone: EvenLoad;
  readonly beside: EvenLoad;
}

interface HostileOptions {
  readonly hit: string;
  readonly known: Placed;
  readonly hitsPerSecond: number;
  readonly hostilePerSecond: number;
  readonly seconds: number;
}

/** Good hits at an even rate, alone and beside requests that must not cost anything. */
export async function measureHostile(edge: Contender, options: HostileOptions): Promise<Hostile> {
  const { hit, hitsPerSecond, hostilePerSecond, seconds } = options;
  const measure = () => measureEvenHits(edge, hit, hitsPerSecond, seconds);
  const alone = await measure();
  const attack = attackOn(edge, options);
  try {
    return { hitsPerSecond, hostilePerSecond, alone, beside: await measure() };
  } finally {
    await attack.stop();
  }
}

function attackOn(edge: Contender, { known, hostilePerSecond }: HostileOptions) {
  const pool = openPool(edge, 64);
  const running = new AbortController();
  const unknown = () => `/images/${randomBytes(1).toString('hex')}/${uuidv7()}/c1c0940b1c40/only.webp`;
  const attacks = [
    () => send(`/images/${known.imageId}?w=${randomInt(1, 9_999)}&h=${randomInt(1, 9_999)}`),
    () => send(`/images/${known.imageId}?w=800&kid=bench&s=${randomBytes(32).toString('base64url')}`),
    () => send(unknown()),
    () => send(`/images/${uuidv7()}/only`),
    () => send(unknown(), AbortSignal.timeout(1)),
  ];
  // Refusals and aborted connections are what an attack expects.
  const send = (path: string, signal?: AbortSignal) =>
    pool.request({ path, method: 'GET', ...(signal && { signal }) }).then(
      ({ body }) => body.dump(),
      () => {},
    );
  const attack = async () => {
    const start = performance.now();
    for (let sent = 0; !running.signal.aborted; await delay(1)) {
      const due = ((performance.now() - start) / 1000) * hostilePerSecond;
      for (; sent < due; sent++) void attacks[sent % attacks.length]?.();
    }
  };
  const attacking = attack();
  return {
    async stop() {
      running.abort();
      await attacking;
      await pool.destroy();
    },
  };
}
