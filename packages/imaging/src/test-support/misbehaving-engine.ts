// The program of an engine process whose steps do what the file says, in native code that nothing can interrupt.
import { pbkdf2 } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Coding } from '../cost/coding.ts';
import type { EngineInProcess, EngineOptions, ImagingEngine } from '../engine.ts';
import type { Inspection } from '../inspect.ts';
import type { Picture } from '../picture.ts';
import { serveChannel } from '../process/serve-channel.ts';
import type { Misbehaviour, Step, Way } from './misbehaviour.ts';

const CHANNEL = 3;
const MIB = 1024 * 1024;

const behaviours = {
  /** CPU on a thread of the pool, as in an encoder. */
  burning: () => promisify(pbkdf2)('', '', 2 ** 31 - 1, 64, 'sha512').then(() => {}),
  /** CPU on the main thread, as in a parser. */
  looping: async () => {
    for (;;);
  },
  /** No CPU: the main thread waits forever. */
  hanging: async () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  pausing: () => setTimeout(500),
  growing: async () => {
    const held: Buffer[] = [];
    for (;;) held.push(Buffer.alloc(8 * MIB, held.length));
  },
  'taking 330 MiB': async () => {
    const held = Buffer.alloc(330 * MIB, 1);
    // Long enough for a busy parent to sample it.
    await setTimeout(2_000);
    held.fill(0);
  },
  'ending with SIGSEGV': async () => {
    try {
      process.kill(process.pid, 'SIGSEGV');
    } catch {
      // The filter of system calls denies it. It also denies SIGABRT, and then glibc's abort ends with SIGSEGV.
      process.abort();
    }
  },
  aborting: async () => process.abort(),
  exiting: async () => process.exit(7),
  'sending a long frame': async () => void writeSync(CHANNEL, Buffer.alloc(64, 0xff)),
  'sending no JSON': async () => void writeSync(CHANNEL, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0x7b])),
  'sending a result of another shape': async () => {
    const result = { is: 'done', call: 1, result: { width: 'wide' } };
    const header = Buffer.from(JSON.stringify(result));
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(header.byteLength);
    writeSync(CHANNEL, Buffer.concat([lengths, header]));
  },
  'throwing an error': async () => {
    throw new Error('out of memory');
  },
} satisfies Record<Exclude<Way, 'nothing'>, () => Promise<void>>;

const source = {
  format: 'png',
  width: 1000,
  orientation: 1,
  colourSpace: 'srgb',
  hasAlpha: false,
  frames: 1,
} as const;
/** Interlaced: 4 bytes of memory per pixel. */
const coding: Coding = {
  channels: 4,
  bytesPerChannel: 1,
  isSubsampled: false,
  isProgressive: true,
  scans: 0,
  tiles: 0,
  strips: 0,
  metadataBytes: 0,
  isConverted: false,
  isWideGamut: false,
};

async function createMisbehavingEngine({ encodeSlot, limits }: EngineOptions): Promise<EngineInProcess> {
  const perform = (file: Uint8Array, step: Step) => {
    const { at, by } = JSON.parse(Buffer.from(file).toString()) as Misbehaviour;
    if (at !== step || by === 'nothing') return Promise.resolve();
    // A test that waits for this line knows that the step runs.
    writeSync(process.stderr.fd, `${at} ${by}\n`);
    return behaviours[by]();
  };
  const inSlot = encodeSlot ?? ((work) => work());
  const inspectSource = async (file: Uint8Array): Promise<Inspection> => {
    await perform(file, 'inspect');
    const { megapixels = 1 } = JSON.parse(Buffer.from(file).toString()) as Misbehaviour;
    return { source: { ...source, height: 1000 * megapixels, bytes: file.byteLength }, coding };
  };
  return {
    limits: limits as ImagingEngine['limits'],
    free: () => {},
    inspectSource,
    inspect: async (file) => (await inspectSource(file)).source,
    async decode(file, _source, set): Promise<Picture> {
      await inSlot(() => perform(file, 'decode'));
      return {
        decided: { skipped: [] },
        close: () => {},
        async summarise() {
          await perform(file, 'summarise');
          const light = { shadow: 0, middle: 0, highlight: 0 };
          return { placeholder: 'AAAA', dominantColour: '#000000', measured: { sharpness: 0, light, framed: [] } };
        },
        async *render() {
          const encodes = set.map((variant) =>
            inSlot(() => perform(file, variant.animated ? 'animation' : variant.format)),
          );
          for (const [index, encode] of encodes.entries()) {
            await encode;
            yield { variant: set[index] as (typeof set)[number], data: Buffer.from(`${index}`), width: 1, height: 1 };
          }
        },
      };
    },
  };
}

await serveChannel(createMisbehavingEngine);
