import sharp from 'sharp';
import { corpus } from '../engine/sources.ts';
import { lineChart } from '../report/line-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { createScorer, type Quality } from './quality.ts';
import { encodeWith, type Setting, settingName, sweep } from './settings.ts';

const SIDE_PX = 1000;
const CPU_RUNS = 2;

interface Point extends Setting, Quality {
  /** Mean over the corpus. */
  readonly bytesPerPixel: number;
  /** Per megapixel, mean over the corpus. */
  readonly cpuMs: number;
}

/** Measures bytes, CPU and quality of every setting on every photograph, and finds the Pareto-optimal settings. */
export async function benchFrontier({ quick }: { quick: boolean }): Promise<void> {
  sharp.cache(false);
  sharp.concurrency(1);
  const settings = sweep(quick);
  const photos = (await corpus()).slice(0, quick ? 1 : undefined);
  const samples = new Map<string, { pixels: number; bytes: number; cpuMs: number; quality: Quality }[]>();
  for (const { name, bytes } of photos) {
    await measurePhoto(bytes, settings, samples);
    console.log(`${name}: ${settings.length} settings`);
  }
  const points = settings.map((setting) => average(setting, samples.get(settingName(setting)) ?? []));
  const frontier = points.filter((point) => !points.some((other) => dominates(other, point)));
  const report = {
    data: { machine: machine(), photographs: photos.length, points },
    markdown: table(frontier),
    svg: chart(points),
  };
  await writeReport('frontier', report, { quick });
}

async function measurePhoto(
  bytes: Buffer,
  settings: readonly Setting[],
  samples: Map<string, { pixels: number; bytes: number; cpuMs: number; quality: Quality }[]>,
): Promise<void> {
  const resized = sharp(bytes).resize(SIDE_PX, SIDE_PX, { fit: 'inside', withoutEnlargement: true });
  const { data, info } = await resized.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const open = () => sharp(data, { raw: info });
  const scorer = await createScorer(await open().png({ compressionLevel: 1 }).toBuffer());
  for (const setting of settings) {
    let cpuMs = Number.POSITIVE_INFINITY;
    let encoded = Buffer.alloc(0);
    for (let run = 0; run < CPU_RUNS; run++) {
      const before = process.cpuUsage();
      encoded = await encodeWith(open(), setting).toBuffer();
      const used = process.cpuUsage(before);
      cpuMs = Math.min(cpuMs, (used.user + used.system) / 1000);
    }
    const quality = await scorer.score(encoded);
    const list = samples.get(settingName(setting)) ?? [];
    list.push({ pixels: info.width * info.height, bytes: encoded.byteLength, cpuMs, quality });
    samples.set(settingName(setting), list);
  }
  await scorer.close();
}

function average(
  setting: Setting,
  samples: readonly { pixels: number; bytes: number; cpuMs: number; quality: Quality }[],
): Point {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const butteraugli = samples.flatMap(({ quality }) => quality.butteraugli ?? []);
  return {
    ...setting,
    bytesPerPixel: mean(samples.map(({ bytes, pixels }) => bytes / pixels)),
    cpuMs: mean(samples.map(({ cpuMs, pixels }) => (cpuMs / pixels) * 1_000_000)),
    ssim: mean(samples.map(({ quality }) => quality.ssim)),
    ...(butteraugli.length > 0 && { butteraugli: mean(butteraugli) }),
  };
}

/** Whether `a` is at least as good as `b` in bytes, CPU and quality, and better in one. */
function dominates(a: Point, b: Point): boolean {
  const worse = (point: Point) => point.butteraugli ?? 1 - point.ssim;
  const pairs: [number, number][] = [
    [a.bytesPerPixel, b.bytesPerPixel],
    [a.cpuMs, b.cpuMs],
    [worse(a), worse(b)],
  ];
  return pairs.every(([x, y]) => x <= y) && pairs.some(([x, y]) => x < y);
}

function table(points: readonly Point[]): string {
  return markdownTable(
    ['Pareto-optimal setting', 'bits per pixel', 'CPU ms per megapixel', 'SSIM', 'butteraugli'],
    [...points]
      .sort((a, b) => a.format.localeCompare(b.format) || a.bytesPerPixel - b.bytesPerPixel)
      .map((point) => [
        settingName(point),
        (point.bytesPerPixel * 8).toFixed(3),
        point.cpuMs.toFixed(0),
        point.ssim.toFixed(4),
        point.butteraugli?.toFixed(3) ?? '',
      ]),
  );
}

function chart(points: readonly Point[]): string {
  const quality = (point: Point) => point.butteraugli ?? point.ssim;
  const families = [
    { name: 'avif effort 0', match: (p: Point) => p.format === 'avif' && p.effort === 0 && p.chroma === '4:2:0' },
    { name: 'avif effort 1', match: (p: Point) => p.format === 'avif' && p.effort === 1 && p.chroma === '4:2:0' },
    { name: 'avif effort 4', match: (p: Point) => p.format === 'avif' && p.effort === 4 && p.chroma === '4:2:0' },
    { name: 'webp effort 2', match: (p: Point) => p.format === 'webp' && p.effort === 2 },
    { name: 'mozjpeg', match: (p: Point) => p.format === 'jpeg' && p.effort === 1 && p.chroma === '4:2:0' },
  ];
  return lineChart({
    title: 'Bytes against quality, mean of the corpus at 1000 px',
    xLabel: 'bits per pixel',
    yLabel: points.some(({ butteraugli }) => butteraugli !== undefined) ? 'butteraugli (lower is better)' : 'SSIM',
    series: families
      .map(({ name, match }) => ({
        name,
        points: points
          .filter(match)
          .map((point) => ({ x: point.bytesPerPixel * 8, y: quality(point), label: settingName(point) })),
      }))
      .filter((series) => series.points.length > 0),
  });
}
