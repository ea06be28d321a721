import { constants, deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { predictCost } from '../cost/predict-cost.ts';
import { createImagingEngine, type EngineInProcess } from '../engine.ts';
import { readJxlCodestream } from '../source/jxl/jxl-container.ts';
import { decodeJxl } from '../source/jxl/jxl-decoder.ts';
import { pngChunks } from '../source/png-chunks.ts';
import { withoutCompressedTexts } from '../source/png-compressed.ts';
import { pngRawBytes } from '../source/png-raw-bytes.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { box } from '../test-support/iso-boxes.ts';
import { jxlSample } from '../test-support/jxl.ts';
import { leastCpuMs } from '../test-support/least-cpu.ts';
import { createRandom } from '../test-support/pictures.ts';
import { inspectionOf, outcomeOf } from '../test-support/rejection.ts';
import { renderSet, variantSet } from '../test-support/render.ts';
import { tiffOf } from '../test-support/tiff-layout.ts';
import { xmpPacket } from '../test-support/xmp.ts';
import { defaultBudgets } from './budgets.ts';
import { countParts } from './count-parts.ts';
import { inflatedBytes } from './inflated-bytes.ts';

let engine: EngineInProcess;
beforeAll(async () => {
  engine = await createImagingEngine();
});

/** At least four times what was measured. docs/adr/0024-budgets.md has what the files took without the limits. */
const CPU_MS_MAX = 400;

async function cpuOf(bytes: Uint8Array, limitMs = CPU_MS_MAX): Promise<number> {
  return leastCpuMs(() => outcomeOf(bytes, engine), limitMs);
}

async function inspectionCpuOf(bytes: Uint8Array): Promise<number> {
  return leastCpuMs(() => inspectionOf(bytes, engine), CPU_MS_MAX);
}

/** At least a quarter of the CPU of a small rendition. */
async function expectPrediction(bytes: Uint8Array): Promise<void> {
  const set = variantSet({ width: 16, height: 16, format: 'webp' });
  const inspection = await engine.inspectSource(bytes, { set });
  const limitMs = 4 * predictCost({ ...inspection, set }).cpuMs;
  expect(await leastCpuMs(() => renderSet(bytes, set, engine), limitMs)).toBeLessThanOrEqual(limitMs);
}

describe('a strip of a TIFF is inflated up to its length, and not into the strips after it:', () => {
  test('30 strips whose lengths hide 500 KB of empty blocks that they share', async () => {
    const bytes = hostile.shortStripsTiff({ strips: 30, width: 4_000, rows: 65, emptyBytes: 500_000, length: 100 });
    expect(await cpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await outcomeOf(bytes, engine)).toBe('corrupt');
  });

  test('bytes of a strip beyond the size of its pixels count as metadata', async () => {
    const counted = (emptyBytes: number) => {
      const shape = { strips: 1, width: 16, rows: 10, emptyBytes };
      const file = hostile.shortStripsTiff({ ...shape, length: hostile.stripOf(shape).length });
      return countParts(file, defaultBudgets).metadataBytes;
    };
    const before = counted(0);
    expect(counted(160) - before).toBe(0);
    expect(counted(1_000_000) - before).toBeGreaterThan(999_000);
  });

  test('36 MB of blocks without content in front of 640 KB of pixels are too complex', async () => {
    const bytes = hostile.ownStripsTiff({ strips: 40_000, width: 16, rows: 1, emptyBytes: 900 });
    expect(await cpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await inspectionOf(bytes, engine)).toBe('too-complex');
  });

  test('the predicted CPU includes what each strip takes, however small', async () => {
    const predicted = async (strips: number) => {
      const shape = { strips, width: 16, rows: 60_000 / strips, emptyBytes: 0 };
      const bytes = hostile.shortStripsTiff({ ...shape, length: hostile.stripOf(shape).length });
      const set = variantSet({ format: 'webp' });
      return predictCost({ ...(await engine.inspectSource(bytes, { set })), set }).cpuMs;
    };
    expect((await predicted(60_000)) - (await predicted(1))).toBeGreaterThan(300);
  });

  test('a length without the checksum of the data is no damage', async () => {
    const strip = { strips: 3, width: 20, rows: 5, emptyBytes: 0 };
    const { length } = hostile.stripOf(strip);
    expect(await outcomeOf(hostile.shortStripsTiff({ ...strip, length: length - 4 }), engine)).toBe('rendered');
    expect(await outcomeOf(hostile.shortStripsTiff({ ...strip, length: length - 8 }), engine)).toBe('corrupt');
  });

  test('strips of channels without lengths are read as far as libtiff reads them', async () => {
    const layout = { photometric: 2, bits: 8, samples: [200, 100, 50], compression: 8 };
    for (const isPlanar of [false, true]) {
      const bytes = hostile.withoutStripLengths(tiffOf(20, 20, { ...layout, isPlanar }));
      expect(await outcomeOf(bytes, engine), `planar: ${isPlanar}`).toBe('rendered');
    }
  });

  test('several strips of a channel without lengths are rejected, as by libtiff', async () => {
    const strip = { strips: 3, width: 20, rows: 5, emptyBytes: 0 };
    expect(await inspectionOf(hostile.withoutStripLengths(hostile.shortStripsTiff({ ...strip, length: 30 })))).toBe(
      'corrupt',
    );
  });

  test('a single strip without a length is read as far as libtiff reads it', async () => {
    const bytes = hostile.shortStripsTiff({ strips: 1, width: 20, rows: 5, emptyBytes: 0, length: 0 });
    expect(await outcomeOf(bytes, engine)).toBe('rendered');
  });
});

describe('compressed data of a PNG that are longer than their content allows are rejected:', () => {
  test.each(['zTXt', 'iTXt', 'iCCP'] as const)('8 MB of blocks without content in %s', async (type) => {
    const bytes = hostile.emptyBlocksPng(type, 8_000_000);
    expect(await inspectionCpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await inspectionOf(bytes, engine)).toBe('too-complex');
  });

  test('50 MB of blocks without content, for 64 pixels', async () => {
    const bytes = hostile.emptyBlocksBeforePixelsPng(50_000_000);
    expect(await cpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await inspectionOf(bytes, engine)).toBe('too-complex');
  });
});

describe('of the compressed texts of a PNG, libvips gets the first one with XMP:', () => {
  test.each(['zTXt', 'iTXt'] as const)('the most blocks without content in %s that are allowed', async (type) => {
    const bytes = hostile.allowedBlocksPng(type);
    expect(await cpuOf(bytes, 4 * 500)).toBeLessThanOrEqual(4 * 500);
    expect(await outcomeOf(bytes, engine)).toBe('rendered');
  });

  test('XMP is read, and the picture is rendered', async () => {
    const type = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
    const bytes = hostile.manyTextsPng(xmpPacket('', `Iptc4xmpExt:DigitalSourceType="${type}"`));
    expect(await outcomeOf(bytes, engine)).toBe('rendered');
    const { provenance } = await engine.inspect(bytes);
    expect(provenance?.digitalSourceType).toContain('trainedAlgorithmicMedia');
    const kept = [...pngChunks(withoutCompressedTexts(bytes))].map((chunk) => chunk.type);
    expect(kept).toEqual(['IHDR', 'iTXt', 'IDAT', 'IEND']);
  });

  test('a PNG without compressed texts is not copied', async () => {
    const bytes = hostile.largeTextPng(100);
    expect(withoutCompressedTexts(bytes)).toBe(bytes);
  });
});

describe('compressed data of a PNG that do not compress are accepted:', () => {
  const stored = (bytes: Buffer) => deflateSync(bytes, { level: 0 });
  const noise = (bytes: number) => {
    const random = createRandom(bytes);
    return Buffer.from(Uint8Array.from({ length: bytes }, () => random() * 256));
  };

  test.each([1, 1_000, 70_000, 300_000])('%i bytes of text', async (bytes) => {
    for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY]) {
      const text = deflateSync(noise(bytes), { strategy });
      expect(inflatedBytes(text, 2 ** 20)).toBe(bytes);
    }
    expect(inflatedBytes(stored(noise(bytes)), 2 ** 20)).toBe(bytes);
  });

  test.each([
    { width: 1, height: 60_000, depth: 1, type: 0 },
    { width: 200, height: 150, depth: 8, type: 2 },
    { width: 37, height: 150, depth: 16, type: 6, interlace: 1 },
    { width: 3, height: 2, depth: 4, type: 4, interlace: 1 },
    { width: 3, height: 60_000, depth: 2, type: 0, interlace: 1 },
  ] as const)('pixels of $width × $height, $depth bits of type $type', async (header) => {
    const rawBytes = pngRawBytes(hostile.pngOf(header, Buffer.of()).subarray(16, 29)) ?? 0;
    expect(countParts(hostile.pngOf(header, stored(noise(rawBytes))), defaultBudgets).parts).toBe(3);
  });
});

test.each([
  [{ width: 100, height: 10, depth: 8, type: 2 }, 3_010],
  [{ width: 10, height: 10, depth: 1, type: 3 }, 30],
  [{ width: 8, height: 8, depth: 8, type: 0, interlace: 1 }, 64 + 15],
  [{ width: 1, height: 1, depth: 16, type: 6, interlace: 1 }, 9],
] as const)('the bytes of the pixels of %o are known before they are inflated', ({ ...header }, bytes) => {
  expect(pngRawBytes(hostile.pngOf(header, Buffer.of()).subarray(16, 29))).toBe(bytes);
});

describe('metadata of a JPEG XL are decompressed up to 1 MiB, and never by its decoder:', () => {
  test('49 MB of Brotli without content are too complex', async () => {
    const bytes = await hostile.compressedExifJxl(hostile.emptyBrotli(49_000_000));
    expect(await inspectionCpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await inspectionOf(bytes, engine)).toBe('too-complex');
  });

  test.each([
    ['Brotli of 256 MB of zeros', () => hostile.brotliOfZeros(2 ** 28)],
    ['1 MB of Brotli without content', () => hostile.emptyBrotli(1_000_000)],
    ['damaged Brotli', () => Buffer.alloc(1_000, 0xff)],
  ])('%s', async (_metadata, make) => {
    const bytes = await hostile.compressedExifJxl(make());
    expect(await cpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await outcomeOf(bytes, engine)).toBe('rendered');
  });

  test('EXIF and XMP have the budgets of other formats', () => {
    const counts = (type: string, content: Buffer) =>
      countParts(hostile.withBoxJxl(box(type, content)), { ...defaultBudgets, metadataBytes: 100, exifBytes: 100 });
    for (const [type, inner] of [['Exif'], ['xml '], ['brob', 'Exif'], ['brob', 'xml ']] as const) {
      expect(() => counts(type, Buffer.from((inner ?? '').padEnd(100)))).not.toThrow();
      expect(() => counts(type, Buffer.from((inner ?? '').padEnd(101)))).toThrow(
        expect.objectContaining({ code: 'too-complex' }),
      );
    }
    expect(counts('brob', Buffer.from('jumb'.padEnd(1_000))).metadataBytes).toBe(0);
  });

  test.each(['turned', 'jpeg'] as const)('the codestream of %s is decoded as its container is', async (name) => {
    const file = await jxlSample(name);
    const codestream = readJxlCodestream(file) ?? Buffer.of();
    expect(codestream.length).toBeLessThan(file.length);
    expect(Buffer.from(decodeJxl(codestream)).equals(decodeJxl(file))).toBe(true);
  });
});

describe('the tables of a JPEG count as metadata:', () => {
  test('2.9 million Huffman tables without codes are too complex', async () => {
    const bytes = hostile.manyTablesJpeg(750);
    expect(await cpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await inspectionOf(bytes, engine)).toBe('too-complex');
  });

  test('7,708 of them, in a JPEG without an end marker, are accepted', async () => {
    expect(await outcomeOf(hostile.manyTablesJpeg(2), engine)).toBe('rendered');
  });
});

describe('extended XMP of a JPEG, where cameras put a second picture,', () => {
  test('is accepted up to 24 MiB, and too complex above that', async () => {
    const bytes = hostile.extendedXmpJpeg(24_000_000);
    expect(await cpuOf(bytes, 1_000)).toBeLessThanOrEqual(1_000);
    expect(await outcomeOf(bytes, engine)).toBe('rendered');
    expect(await inspectionOf(hostile.extendedXmpJpeg(26_000_000), engine)).toBe('too-complex');
  });
});

describe('a scan of a JPEG with arithmetic coding', () => {
  test('counts as five, so that 15 of them over 98 megapixels are too complex', async () => {
    const bytes = hostile.arithmeticJpeg(9_900);
    expect(await cpuOf(bytes)).toBeLessThanOrEqual(CPU_MS_MAX);
    expect(await inspectionOf(bytes, engine)).toBe('too-complex');
  });

  test('is predicted to take at least a quarter of its CPU', async () => {
    await expectPrediction(hostile.arithmeticJpeg(3_500));
  });
});
