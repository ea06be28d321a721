import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { machine } from '../report/machine.ts';
import { writeReport } from '../report/write-report.ts';
import { fetchPhotographs } from './fetch-photographs.ts';
import { frontierReport } from './frontier-report.ts';
import { type Box, measurePhotograph, type Sample } from './measure-photograph.ts';
import { photographPackages } from './photographs.ts';
import { openScoreCache } from './score-cache.ts';
import { isForLarge, type Setting, sweep } from './settings.ts';

/** Many photographs have 600 pixels: three of five are measured at this size. */
const threeOfFive = (index: number) => (index % 5) % 2 === 0;
const all = () => true;

interface MeasuredBox extends Box {
  readonly sourcePxMin: number;
  /** By the index of a photograph. */
  readonly includes: (index: number) => boolean;
  /** Which variations are measured on all photographs; the others, on every fifth one. */
  readonly isAlways?: (setting: Setting) => boolean;
}

/** Few photographs of the corpus have 1200 pixels: `large` is measured at 1000, on those that have as many. */
const boxes: readonly MeasuredBox[] = [
  { variant: 'thumb', sidePx: 150, fit: 'cover', sourcePxMin: 300, includes: all },
  { variant: 'small', sidePx: 300, fit: 'inside', sourcePxMin: 300, includes: all },
  { variant: 'medium', sidePx: 600, fit: 'inside', sourcePxMin: 600, includes: threeOfFive },
  { variant: 'large', sidePx: 1000, fit: 'inside', sourcePxMin: 1000, includes: all, isAlways: isForLarge },
  { variant: 'retina', sidePx: 2400, fit: 'inside', sourcePxMin: 2200, includes: all, isAlways: isForLarge },
];

/** The largest photographs take too long for settings that are not used at their size. */
const isWanted = (index: number, { variant, isAlways }: MeasuredBox, setting: Setting) =>
  isAlways?.(setting) || (index % 5 === 0 && variant !== 'retina');

/** Bytes and CPU of encoder settings at equal quality, on two metrics, by the size of a variant. */
export async function benchFrontier({ quick }: { quick: boolean }): Promise<void> {
  sharp.cache(false);
  sharp.concurrency(1);
  const curves = sweep(quick);
  const cache = await openScoreCache();
  const photographs = (await fetchPhotographs()).slice(0, quick ? 2 : undefined);
  const samples: Sample[] = [];
  for (const [index, photograph] of photographs.entries()) {
    const { width = 0, height = 0 } = await sharp(photograph.bytes).metadata();
    for (const box of quick ? boxes.slice(0, 2) : boxes) {
      if (Math.max(width, height) < box.sourcePxMin || !box.includes(index)) continue;
      const wanted = curves
        .filter(({ isVariation, setting }) => !isVariation || isWanted(index, box, setting))
        .flatMap(({ setting, qualities }) => qualities.map((quality) => ({ setting, quality })));
      samples.push(...(await measurePhotograph(photograph, box, wanted, cache)));
    }
    console.log(`${index + 1}/${photographs.length} ${photograph.name}, ${width}×${height}`);
  }
  const { data, ...report } = frontierReport(samples);
  const corpus = photographs.map(({ name, bytes }) => ({
    name,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const described = { machine: machine(), packages: photographPackages, photographs: corpus, ...data };
  await writeReport('frontier', { data: described, ...report }, { quick });
}
