import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { machine } from '../report/machine.ts';
import { writeReport } from '../report/write-report.ts';
import { fetchPhotographs } from './fetch-photographs.ts';
import { frontierReport } from './frontier-report.ts';
import { type Box, measurePhotograph, type Sample } from './measure-photograph.ts';
import { photographPackages } from './photographs.ts';
import { openScoreCache } from './score-cache.ts';
import { sweep } from './settings.ts';

/** No photograph of the corpus has 1200 pixels: `large` is measured at 1000, on those that have nearly as many. */
const boxes: readonly (Box & { readonly sourcePxMin: number })[] = [
  { variant: 'thumb', sidePx: 150, fit: 'cover', sourcePxMin: 300 },
  { variant: 'small', sidePx: 300, fit: 'inside', sourcePxMin: 300 },
  { variant: 'medium', sidePx: 600, fit: 'inside', sourcePxMin: 600 },
  { variant: 'large', sidePx: 1000, fit: 'inside', sourcePxMin: 1000 },
];

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
    const wanted = curves
      .filter(({ isVariation }) => !isVariation || index % 5 === 0)
      .flatMap(({ setting, qualities }) => qualities.map((quality) => ({ setting, quality })));
    for (const box of quick ? boxes.slice(0, 2) : boxes)
      if (Math.max(width, height) >= box.sourcePxMin)
        samples.push(...(await measurePhotograph(photograph, box, wanted, cache)));
    console.log(`${index + 1}/${photographs.length} ${photograph.name}, ${width}×${height}`);
  }
  const { data, markdown, svg } = frontierReport(samples);
  const corpus = photographs.map(({ name, bytes }) => ({
    name,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const described = { machine: machine(), packages: photographPackages, photographs: corpus, ...data };
  await writeReport('frontier', { data: described, markdown, svg }, { quick });
}
