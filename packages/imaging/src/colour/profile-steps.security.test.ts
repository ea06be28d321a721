import { describe, expect, test } from 'vitest';
import { createImagingEngine } from '../engine.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { leastCpuMs } from '../test-support/least-cpu.ts';
import { plainPicture } from '../test-support/pictures.ts';
import { iccp, patchesPng } from '../test-support/png.ts';
import { inspectionOf, outcomeOf } from '../test-support/rejection.ts';
import { profiledTiff } from './profiled-tiff.ts';

const pngWith = (profile: Buffer) => patchesPng([[200, 30, 30]], 8, [iccp(profile)]);

async function jpegWith(profile: Buffer): Promise<Buffer> {
  const jpeg = await plainPicture(8, 8, [200, 30, 30]).jpeg().toBuffer();
  const content = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
  const head = Buffer.of(0xff, 0xe2, (content.length + 2) >> 8, (content.length + 2) & 255);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}

const tiffWith = (profile: Buffer) =>
  profiledTiff({ data: Buffer.alloc(3, 200), raw: { width: 1, height: 1, channels: 3 } }, profile);

describe('a profile that converts in more steps than any real one is rejected before it is applied:', () => {
  test.each([
    ['a PNG', pngWith],
    ['a JPEG', jpegWith],
    ['a TIFF', tiffWith],
  ])('of %s', async (_format, make) => {
    // A matrix, a table and curves in three parts are usual.
    expect(await outcomeOf(await make(hostile.manyStepsProfile(7, 3)))).toBe('rendered');
    expect(await inspectionOf(await make(hostile.manyStepsProfile(5_000, 1)))).toBe('too-complex');
    expect(await inspectionOf(await make(hostile.manyStepsProfile(10, 1_000)))).toBe('too-complex');
  });

  test('its steps and segments are not counted to their end', async () => {
    const engine = await createImagingEngine();
    const png = pngWith(hostile.manyStepsProfile(400_000, 1_000));
    const inspect = () => expect(engine.inspect(png)).rejects.toMatchObject({ code: 'too-complex' });
    expect(await leastCpuMs(inspect, 400)).toBeLessThanOrEqual(400);
  });

  test('the most that is accepted costs little', async () => {
    const png = pngWith(hostile.manyStepsProfile(36, 1));
    expect(await leastCpuMs(async () => expect(await outcomeOf(png)).toBe('rendered'), 1_000)).toBeLessThanOrEqual(
      1_000,
    );
  });
});
