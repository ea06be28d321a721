import { basename } from 'node:path';
import sharp from 'sharp';
import { findButteraugli } from '../frontier/butteraugli.ts';
import { createJudge, rgbPixels, type Verdict } from '../frontier/judge.ts';
import type { Contender } from './contenders.ts';
import { getPicture, openPool } from './fetch-pictures.ts';
import { ipxPath } from './ipx-path.ts';
import { quality, SIDE } from './settings.ts';

interface Judged extends Verdict {
  readonly quality: number;
  readonly bytes: number;
}

/** The avif of the edge, and of ipx at the quality with the same scores. */
export interface EqualQuality {
  readonly edge: Judged;
  readonly ipx: Judged;
}

/** sharp's default, which ipx uses, and its neighbours. */
const QUALITIES = [40, 50, 60, 70];

/**
 * Finds the quality at which the avif of ipx, whose effort and chroma are sharp's defaults, has the score of the edge's. Of the two
 * metrics' answers, it is the lower one, which is less work for ipx.
 *
 * @param edgePath of the same picture
 * @returns undefined if butteraugli is not installed
 */
export async function findEqualQuality(
  sourcePath: string,
  contenders: { readonly edge: Contender; readonly ipx: Contender },
  edgePath: string,
): Promise<EqualQuality | undefined> {
  if (!(await findButteraugli())) return undefined;
  const resized = sharp(sourcePath).autoOrient().resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true });
  const judge = await createJudge(await rgbPixels(resized));
  const pools = { edge: openPool(contenders.edge, 1), ipx: openPool(contenders.ipx, 1) };
  const judged = async (from: keyof typeof pools, path: string, ofQuality: number): Promise<Judged> => {
    const { bytes } = await getPicture(pools[from], path);
    return { quality: ofQuality, bytes: bytes.byteLength, ...(await judge.judge(bytes)) };
  };
  const ofIpx = (each: number) =>
    judged('ipx', ipxPath({ file: basename(sourcePath), format: 'avif', quality: each }), each);
  try {
    const edge = await judged('edge', edgePath, quality.avif);
    const curve: Judged[] = [];
    for (const each of QUALITIES) curve.push(await ofIpx(each));
    const answers = (['butteraugli', 'ssimulacra2'] as const).map((metric) => qualityAt(curve, metric, edge[metric]));
    return { edge, ipx: await ofIpx(Math.round(Math.min(...answers))) };
  } finally {
    await Promise.all([judge.close(), pools.edge.destroy(), pools.ipx.destroy()]);
  }
}

/** Interpolated between the two nearest qualities; beyond the last one, the line is continued. */
function qualityAt(curve: readonly Judged[], metric: keyof Verdict, score: number): number {
  const isReached = (point: Judged) => (metric === 'butteraugli' ? point[metric] <= score : point[metric] >= score);
  const found = curve.findIndex(isReached);
  const end = found === -1 ? curve.length - 1 : Math.max(1, found);
  const [low, high] = [curve[end - 1], curve[end]];
  if (!low || !high || low[metric] === high[metric]) throw new Error('Two qualities have the same score.');
  const share = (score - low[metric]) / (high[metric] - low[metric]);
  return Math.min(100, Math.max(1, low.quality + share * (high.quality - low.quality)));
}
