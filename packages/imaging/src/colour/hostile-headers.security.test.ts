import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asNarrowRange, avifFile, codedAlpha, codedColour } from '../test-support/avif.ts';
import { leastThreadCpuMs } from '../test-support/least-cpu.ts';
import { cicp, gama, patchesPng } from '../test-support/png.ts';
import { rgbProfile } from '../test-support/profiles.ts';
import { readAvifColour } from './avif-colour.ts';
import { readPngColour } from './png-colour.ts';

const picture = patchesPng(
  [
    [200, 30, 30, 255],
    [30, 200, 30, 128],
  ],
  8,
);

async function wholeAvif(): Promise<Buffer> {
  const [colour, alpha] = [await codedColour(picture), asNarrowRange(await codedAlpha(picture))];
  return avifFile({ colour, alpha, nclx: { primaries: 12, transfer: 13 }, profile: rgbProfile('p3-linear') });
}

describe('colour information is read without an error, wherever the file is cut or changed:', () => {
  const damage = (length: number) =>
    fc.record({
      length: fc.nat(length),
      changes: fc.array(fc.record({ at: fc.nat(length - 1), value: fc.nat(255) }), { maxLength: 8 }),
    });
  const damaged = (file: Buffer, { length, changes }: { length: number; changes: { at: number; value: number }[] }) => {
    const broken = Buffer.from(file);
    for (const { at, value } of changes) broken.writeUInt8(value, at);
    return broken.subarray(0, length);
  };

  test('an AVIF', async () => {
    const file = await wholeAvif();
    expect(readAvifColour(file)).toMatchObject({ hasProfile: true, narrowAlpha: true });
    fc.assert(
      fc.property(damage(file.length), (change) => void readAvifColour(damaged(file, change))),
      { numRuns: 2_000 },
    );
  });

  test('a PNG', () => {
    const file = patchesPng([[1, 2, 3]], 8, [cicp(12, 13), gama(1)]);
    fc.assert(
      fc.property(damage(file.length), (change) => void readPngColour(damaged(file, change))),
      { numRuns: 2_000 },
    );
  });
});

describe('a file that is made to waste time is not read to its end:', () => {
  const MEGABYTES = 16 * 2 ** 20;
  const CPU_MS_MAX = 200;
  const cpuMs = (work: () => void) => leastThreadCpuMs(work, CPU_MS_MAX);

  test('an AVIF of empty boxes, or with a huge number of items', async () => {
    const file = await wholeAvif();
    const boxes = Buffer.alloc(MEGABYTES);
    for (let at = 0; at < boxes.length; at += 8) boxes.write('\0\0\0\x08free', at, 'latin1');
    expect(cpuMs(() => void readAvifColour(boxes))).toBeLessThan(CPU_MS_MAX);
    const at = file.indexOf('iloc');
    const endless = Buffer.concat([file.subarray(0, at + 8), Buffer.alloc(MEGABYTES, 0xff)]);
    for (const box of [at - 4, file.indexOf('meta') - 4]) endless.writeUInt32BE(endless.length - box, box);
    expect(cpuMs(() => expect(readAvifColour(endless)).toBeUndefined())).toBeLessThan(CPU_MS_MAX);
  });

  test('a PNG of empty chunks', () => {
    const file = Buffer.concat([patchesPng([[1, 2, 3]], 8).subarray(0, 33), Buffer.alloc(MEGABYTES)]);
    expect(cpuMs(() => void readPngColour(file))).toBeLessThan(CPU_MS_MAX);
  });
});
