import { describe, expect, test } from 'vitest';
import { type Admission, type AdmissionRequest, createAdmission } from './admission.ts';
import type { EngineProcess } from './engine-process.ts';

const file = Buffer.alloc(0);

/** Processes that are only counted. */
function admissionWith(size: number, heavyBytesMax = 100, heavyMax = size - 1) {
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
  const admission = createAdmission({ roster, heavyMax, heavyBytesMax, waitingMax: 10 });
  const order: string[] = [];
  const enter = (name: string, change: Partial<AdmissionRequest> = {}) => {
    const request = { lane: 'light', chargedBytes: 0, fresh: false, file, signal: undefined, ...change } as const;
    const admitted = admission.enter(request);
    return admitted.then(
      ({ process: given, leave }) => {
        order.push(name);
        return {
          given,
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
    const { enter, order } = admissionWith(2, 100, 1);
    const first = await enter('heavy 1', heavy(1));
    void enter('heavy 2', heavy(1));
    await enter('light');
    first.end();
    await settled();
    expect(order).toEqual(['heavy 1', 'light', 'heavy 2']);
  });

  test('wait for the memory of each other', async () => {
    const { enter, order } = admissionWith(4);
    const first = await enter('60', heavy(60));
    void enter('50', heavy(50));
    void enter('40', heavy(40));
    await settled();
    expect(order).toEqual(['60', '40']);
    first.end();
    await settled();
    expect(order).toEqual(['60', '40', '50']);
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

test('closing ends all waits', async () => {
  const { admission, enter } = admissionWith(1);
  await enter('a');
  const waiting = [enter('b'), enter('c')];
  (admission as Admission).close(new Error('closed'));
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
