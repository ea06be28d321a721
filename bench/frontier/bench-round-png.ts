import { encoderSettings, roundPng } from '@imagemill/variants';
import sharp, { type Sharp } from 'sharp';
import { corpus } from '../engine/sources.ts';
import { lineChart } from '../report/line-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { createScorer } from './quality.ts';

const SIDES_PX = [100, 200, 400];
const CPU_RUNS = 3;

const settings: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  lossless: (image) => image.png(encoderSettings.png),
  'lossless, adaptive filters, level 6': (image) => image.png({ compressionLevel: 6, adaptiveFiltering: true }),
  'palette, effort 1': (image) => image.png({ ...roundPng.palette, effort: 1 }),
  'palette, effort 4': (image) => image.png(roundPng.palette),
  'palette, effort 7': (image) => image.png({ ...roundPng.palette, effort: 7 }),
  'webp q80': (image) => image.webp({ ...encoderSettings.webp, quality: 80 }),
};

interface Sample {
  readonly side: number;
  readonly setting: string;
  readonly bytes: number;
  readonly cpuMs: number;
  readonly butteraugli: number;
  readonly ssim: number;
}

/** Bytes, CPU and quality of round photographs in png, compared to the webp beside them. */
export async function benchRoundPng({ quick }: { quick: boolean }): Promise<void> {
  sharp.cache(false);
  sharp.concurrency(1);
  const photos = (await corpus()).slice(0, quick ? 1 : undefined);
  const samples: Sample[] = [];
  for (const side of SIDES_PX) for (const { bytes } of photos) samples.push(...(await measurePhoto(bytes, side)));
  const means = SIDES_PX.flatMap((side) => Object.keys(settings).map((setting) => meanOf(samples, side, setting)));
  const report = {
    data: { machine: machine(), photographs: photos.length, means },
    markdown: table(means),
    svg: chart(means),
  };
  await writeReport('round-png', report, { quick });
}

async function measurePhoto(photo: Buffer, side: number): Promise<Sample[]> {
  const circle = Buffer.from(`<svg width="${side}" height="${side}"><circle cx="50%" cy="50%" r="50%"/></svg>`);
  const round = sharp(photo)
    .resize(side, side)
    .ensureAlpha()
    .composite([{ input: circle, blend: 'dest-in' }]);
  const { data, info } = await round.raw().toBuffer({ resolveWithObject: true });
  const onWhite = (encoded: Buffer) => sharp(encoded).flatten({ background: '#ffffff' }).png().toBuffer();
  const open = () => sharp(data, { raw: info });
  const scorer = await createScorer(await onWhite(await open().png().toBuffer()));
  const samples: Sample[] = [];
  for (const [setting, encodeWith] of Object.entries(settings)) {
    let [cpuMs, encoded] = [Number.POSITIVE_INFINITY, Buffer.alloc(0)];
    for (let run = 0; run < CPU_RUNS; run++) {
      const before = process.cpuUsage();
      encoded = await encodeWith(open()).toBuffer();
      const used = process.cpuUsage(before);
      cpuMs = Math.min(cpuMs, (used.user + used.system) / 1000);
    }
    const { ssim, butteraugli = Number.NaN } = await scorer.score(await onWhite(encoded));
    samples.push({ side, setting, bytes: encoded.byteLength, cpuMs, butteraugli, ssim });
  }
  await scorer.close();
  return samples;
}

function meanOf(samples: readonly Sample[], side: number, setting: string): Sample {
  const own = samples.filter((sample) => sample.side === side && sample.setting === setting);
  const mean = (value: (sample: Sample) => number) => own.reduce((sum, sample) => sum + value(sample), 0) / own.length;
  return {
    side,
    setting,
    bytes: mean(({ bytes }) => bytes),
    cpuMs: mean(({ cpuMs }) => cpuMs),
    butteraugli: mean(({ butteraugli }) => butteraugli),
    ssim: mean(({ ssim }) => ssim),
  };
}

const table = (means: readonly Sample[]) =>
  markdownTable(
    ['pixels', 'setting', 'KiB', 'CPU ms', 'butteraugli', 'SSIM'],
    means.map(({ side, setting, bytes, cpuMs, butteraugli, ssim }) => [
      ...[`${side} × ${side}`, setting, (bytes / 1024).toFixed(1), cpuMs.toFixed(1)],
      ...[Number.isNaN(butteraugli) ? '' : butteraugli.toFixed(2), ssim.toFixed(4)],
    ]),
  );

const chart = (means: readonly Sample[]) =>
  lineChart({
    title: 'Round photographs: bytes by size, mean of the corpus',
    xLabel: 'pixels of a side',
    yLabel: 'KiB',
    series: Object.keys(settings).map((name) => ({
      name,
      points: means
        .filter(({ setting }) => setting === name)
        .map(({ side, bytes }) => ({ x: side, y: bytes / 1024, label: `${name}, ${side} px` })),
    })),
  });
