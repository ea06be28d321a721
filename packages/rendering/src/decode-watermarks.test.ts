import { withSvgLoader } from '@imagemill/imaging/test-support';
import { StartUpError } from '@imagemill/service';
import type { WatermarkFile } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { decodeWatermarks } from './decode-watermarks.ts';

const svg = (body: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">${body}</svg>`);
const files = (bytes: Record<string, Buffer>) =>
  new Map<string, WatermarkFile>(
    Object.entries(bytes).map(([name, file]) => [`hash of ${name}`, { name, bytes: file }]),
  );

test('an SVG is drawn with its longer side at 1,024 pixels', async () => {
  const decoded = await withSvgLoader(() =>
    decodeWatermarks(files({ 'a.svg': svg('<path fill="#0000ff" d="M0 0h10v10H0z"/>') })),
  );
  const { data, raw } = decoded.get('hash of a.svg') ?? {};
  expect(raw).toEqual({ width: 1024, height: 512, channels: 4 });
  expect([...(data?.subarray(0, 4) ?? [])]).toEqual([0, 0, 255, 255]);
  expect(data?.at(-1)).toBe(0);
});

test('every file that cannot be decoded ends the start, with its name', async () => {
  const broken = {
    'cut.svg': svg('<path'),
    'cut.png': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    'good.svg': svg(''),
  };
  const failed: StartUpError = await withSvgLoader(() => decodeWatermarks(files(broken))).then(
    () => expect.fail('It was decoded.'),
    (error) => error,
  );
  expect(failed).toBeInstanceOf(StartUpError);
  expect(failed.problems.toSorted()).toEqual([
    expect.stringMatching(/^watermark-undecodable: cut\.png: /),
    expect.stringMatching(/^watermark-undecodable: cut\.svg: /),
  ]);
});

test('without watermarks, nothing is decoded', async () => {
  expect((await decodeWatermarks(new Map())).size).toBe(0);
});
