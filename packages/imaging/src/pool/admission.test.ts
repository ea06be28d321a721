import { describe, expect, test } from 'vitest';
import { type Admission, type AdmissionRequest, createAdmission } from './admission.ts';
import type { EngineProcess } from './engine-process.ts';

const file = Buffer.alloc(0);

/** Processes that are only counted. */
function admissionWith(size: number, { heavyMax = size - 1, loanBytesMax = 0 } = {}) {
  const laneBytesMax = { light: 100, heavy: 100 };
  const process = (images: number, held?: Uint8Array) =>
    ({ images, holds: (other: Uint8Array) => other === held }) as unknown as EngineProcess;
  const roster = {
    size,
    idle: Array.from({ length: size }, () => process(1)),
    grown: 0,
    grow() {
      this.grown += 1;
    },
    take(taken: EngineProcess) {
      this.idle = this.idle.filter((other) => other !== taken);
    },
  };
  const admission = createAdmission({ roster, heavyMax, laneBytesMax, loanBytesMax, waitingMax: 10 });
  const order: string[] = [];
  const enter = (name: string, change: Partial<AdmissionRequest> = {}) => {
    const request = { lane: 'light', chargedBytes: 0, fresh: false, file, signal: undefined, ...change } as const;
    const admitted = admission.enter(request);
    return admitted.then(
      ({ process: given, isAwaited, recharge, leave }) => {
        order.push(name);
        return {
          given,
          isAwaited,
          recharge,
          end() {
            roster.idle = [...roster.idle, given];
            leave();
            admission.admit();
          },
        };
      },
      (error: unknown) => {
        order.push(`${name}: ${error instanceof Error ? error.message : error}`);
        throw error;
      },
    );
  };
  return { admission, enter, order, roster, process };
}

const settled = () => new Promise(setImmediate);

test('images get processes first come, first served', async () => {
  const { enter, order } = admissionWith(1);
  const first = await enter('a');
  const [second] = [enter('b'), enter('c')];
  first.end();
  (await second).end();
  await settled();
  expect(order).toEqual(['a', 'b', 'c']);
});

describe('heavy images', () => {
  const heavy = (chargedBytes: number) => ({ lane: 'heavy', chargedBytes }) as const;

  test('leave the processes that are not theirs to light ones, whatever came first', async () => {
    const { enter, order } = admissionWith(2, { heavyMax: 1 });
    const first = await enter('heavy 1', heavy(1));
    void enter('heavy 2', heavy(1));
    await enter('light');
    first.end();
    await settled();
    expect(order).toEqual(['heavy 1', 'light', 'heavy 2']);
  });

  test('run without other heavy ones if they need more than there is', async () => {
    const { enter, order } = admissionWith(4);
    const first = await enter('small', heavy(1));
    void enter('huge', heavy(1_000));
    await settled();
    expect(order).toEqual(['small']);
    first.end();
    await settled();
    expect(order).toEqual(['small', 'huge']);
  });
});

describe('a heavy image that needs more than its lane has', () => {
  const heavy = (chargedBytes: number) => ({ lane: 'heavy', chargedBytes }) as const;
  const light = (chargedBytes: number) => ({ lane: 'light', chargedBytes }) as const;
  const lending = () => admissionWith(8, { loanBytesMax: 100 });

  test('borrows the rest from the light lane, which keeps what is left', async () => {
    const { enter, order } = lending();
    expect((await enter('usual', heavy(100))).isAwaited).toBe(false);
    void enter('large', heavy(160));
    await enter('light 60', light(60));
    expect(order).toEqual(['usual', 'light 60']);
  });

  test.each([
    [160, ['160', '40', '0']],
    [200, ['200', '0']],
  ])('of %i leaves the others to light images', async (bytes, order) => {
    const { enter, order: admitted } = lending();
    expect((await enter(String(bytes), heavy(bytes))).isAwaited).toBe(true);
    for (const other of [40, 41, 0]) void enter(String(other), light(other));
    void enter('heavy 0', heavy(1));
    await settled();
    expect(admitted).toEqual(order);
  });

  test('lets light images go on while it waits for heavy ones, and then waits for those that are under way alone', async () => {
    const { enter, order } = lending();
    const [usual, inspected] = [await enter('usual', heavy(100)), await enter('inspected')];
    void enter('large', heavy(200));
    const before = await enter('before', light(50));
    usual.end();
    void enter('after', light(50));
    await settled();
    expect([inspected.recharge(1), order]).toEqual([false, ['usual', 'inspected', 'before']]);
    before.end();
    await settled();
    expect(order).toEqual(['usual', 'inspected', 'before', 'large']);
  });

  test('is followed by all light images that wait, before another one like it', async () => {
    const { enter, order } = lending();
    const first = await enter('first', heavy(200));
    const second = enter('second', heavy(200));
    const lights = [enter('a', light(60)), enter('b', light(60))];
    first.end();
    (await lights[0])?.end();
    (await lights[1])?.end();
    await second;
    expect(order).toEqual(['first', 'a', 'b', 'second']);
  });

  test('that is aborted while it waits leaves nothing behind', async () => {
    const { enter, order } = lending();
    const abort = new AbortController();
    await enter('under way', light(50));
    const large = enter('large', { ...heavy(200), signal: abort.signal });
    void enter('next', light(50));
    await settled();
    expect(order).toEqual(['under way']);
    abort.abort(new Error('lost'));
    await expect(large).rejects.toThrow('lost');
    expect(order).toEqual(['under way', 'large: lost', 'next']);
  });
});

describe.each(['light', 'heavy'] as const)('%s images', (lane) => {
  const charged = (chargedBytes: number) => ({ lane, chargedBytes });

  test('wait for the memory of each other, in their order', async () => {
    const { enter, order } = admissionWith(6);
    const first = await enter('60', charged(60));
    void enter('50', charged(50));
    void enter('40', charged(40));
    await settled();
    expect(order).toEqual(['60']);
    first.end();
    await settled();
    expect(order).toEqual(['60', '50', '40']);
  });

  test('do not wait for the memory of the other lane', async () => {
    const { enter, order } = admissionWith(4);
    await enter('other', { lane: lane === 'light' ? 'heavy' : 'light', chargedBytes: 100 });
    await enter('own', charged(100));
    expect(order).toEqual(['other', 'own']);
  });

  test('that need no more than every process has in reserve do not wait', async () => {
    const { enter, order } = admissionWith(4);
    await enter('100', charged(100));
    void enter('1', charged(1));
    await enter('0', charged(0));
    expect(order).toEqual(['100', '0']);
  });
});

test('an inspected image goes on with more memory if there is enough and no other one waits for it', async () => {
  const { enter, order } = admissionWith(6);
  const [inspected, other] = [await enter('inspected'), await enter('60', { chargedBytes: 60 })];
  expect(inspected.recharge(41)).toBe(false);
  expect(inspected.recharge(40)).toBe(true);
  void enter('1', { chargedBytes: 1 });
  await settled();
  expect(order).toEqual(['inspected', '60']);
  const second = await enter('second');
  inspected.end();
  other.end();
  await settled();
  expect(order).toEqual(['inspected', '60', 'second', '1']);
  void enter('100', { chargedBytes: 100 });
  // There is enough for it, but it would overtake.
  expect([second.recharge(1), second.recharge(0)]).toEqual([false, true]);
});

test('a process is asked for when an image finds none idle, and not when it waits for memory', async () => {
  const { enter, roster } = admissionWith(3);
  await Promise.all([enter('60', { lane: 'heavy', chargedBytes: 60 }), enter('light'), enter('light')]);
  expect(roster.grown).toBe(0);
  void enter('50', { lane: 'heavy', chargedBytes: 50 });
  expect(roster.grown).toBe(0);
  void enter('light');
  expect(roster.grown).toBe(1);
});

test('a second try gets the next process that had no image, before those that wait', async () => {
  const { admission, enter, order, roster, process } = admissionWith(1);
  await enter('a');
  const [, second] = [enter('b'), enter('again', { fresh: true })];
  roster.idle = [process(0)];
  admission.admit();
  expect((await second).given.images).toBe(0);
  expect(order).toEqual(['a', 'again']);
});

test('a process that has the file is preferred', async () => {
  const { enter, roster, process } = admissionWith(1);
  const holder = process(3, file);
  roster.idle = [...roster.idle, holder];
  expect((await enter('a')).given).toBe(holder);
});

test('an abort ends the wait, and the place in the queue', async () => {
  const { enter, order } = admissionWith(1);
  const first = await enter('a');
  const abort = new AbortController();
  const second = enter('b', { signal: abort.signal });
  void enter('c');
  abort.abort(new Error('lost'));
  await expect(second).rejects.toThrow('lost');
  first.end();
  await settled();
  expect(order).toEqual(['a', 'b: lost', 'c']);
});

test('closing ends all waits, also those that would begin later', async () => {
  const { admission, enter } = admissionWith(1);
  await enter('a');
  const waiting = [enter('b'), enter('c')];
  (admission as Admission).close(new Error('closed'));
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(enter('d')).rejects.toThrow('closed');
});
