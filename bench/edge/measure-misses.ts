import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { signedSizeUrl } from '@imagemill/variants';
import sharp from 'sharp';
import { makeSource } from '../engine/sources.ts';
import type { Contender, Stage } from './contenders.ts';
import { type Fetched, fetchPictures, type Run, sumOfRuns } from './fetch-pictures.ts';
import { ipxPath } from './ipx-path.ts';
import type { Images, Placed } from './place-images.ts';
import { type BenchFormat, encoderOptions, quality, SIDE } from './settings.ts';

export interface Peers {
  readonly edge: Contender;
  readonly floor: Contender;
  readonly ipx: Contender;
  readonly nginx: Contender | undefined;
  /** Of ipx's avif; its other settings are sharp's defaults. */
  readonly ipxAvifQuality: number;
}

export interface Miss {
  readonly source: string;
  readonly format: BenchFormat;
  readonly connections: number;
  /** A planned rendition. */
  readonly edge: Fetched;
  /** The same picture as a signed size. */
  readonly signed: Fetched;
  readonly floor: Fetched;
  /** With the encoder settings of ipx, which are sharp's defaults, but the quality. */
  readonly ipx: Fetched;
  /** With the encoder settings and the quality of the edge. */
  readonly ipxAlike: Fetched;
  readonly nginx?: Fetched;
}

export interface MissPlan {
  readonly megapixels: number;
  readonly encoding: 'baseline jpeg' | 'png' | 'webp';
  readonly formats: readonly BenchFormat[];
  readonly connections: readonly number[];
  readonly rounds: number;
  /** Of a round: for a planned rendition, for a signed size, and for the floor. */
  readonly pictures: number;
  /** Of ipx and nginx, whose figures take one run. */
  readonly ipxPictures: number;
}

const mediaTypes = { 'baseline jpeg': 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;

/** Every picture is made anew by each contender: ours from an original that it fetches from S3, ipx and nginx from their own disk. */
export async function measureMisses(plan: MissPlan, stage: Stage, images: Images, peers: Peers): Promise<Miss[]> {
  const source = await makeSource(plan.megapixels, plan.encoding);
  const bytes = await readFile(source.path);
  const misses: Miss[] = [];
  for (const connections of plan.connections) {
    const place = () => images.place(plan.rounds * plan.pictures, bytes, mediaTypes[plan.encoding]);
    // New images: a key is made only once. Others for the sizes: an edge remembers for seconds what it has found.
    const placed = await place();
    const forSizes = await place();
    for (const format of plan.formats) {
      const miss = await measureCell({ ...plan, source, format, connections, placed, forSizes }, stage, images, peers);
      misses.push(miss);
      console.log(`${miss.source} ${format} ×${connections}: ${summary(miss)}`);
    }
    await Promise.all([...placed, ...forSizes].map(({ originalKey }) => stage.originals.delete(originalKey)));
  }
  return misses;
}

interface Cell extends Pick<MissPlan, 'rounds' | 'pictures' | 'ipxPictures'> {
  readonly source: { readonly path: string; readonly megapixels: number; readonly encoding: string };
  readonly format: BenchFormat;
  readonly connections: number;
  readonly placed: readonly Placed[];
  readonly forSizes: readonly Placed[];
}

async function measureCell(cell: Cell, stage: Stage, images: Images, peers: Peers): Promise<Miss> {
  const { source, format, connections, ipxPictures } = cell;
  const file = basename(source.path);
  const own = { file, format, quality: format === 'avif' ? peers.ipxAvifQuality : quality[format] };
  const { autoOrient } = await sharp(source.path).metadata();
  // The binaries of ipx's version of sharp have avif of 8 bits only.
  const { bitdepth: _, ...encoder } = encoderOptions(format, autoOrient);
  const alike = { file, format, quality: quality[format], encoder };
  const ours = await measureInRounds(cell, stage, images, peers);
  const run = async (from: Contender, path: string) =>
    sumOfRuns([await fetchPictures(from, Array<string>(ipxPictures).fill(path), connections)]);
  const ipx = await run(peers.ipx, ipxPath(own));
  const ipxAlike = await run(peers.ipx, ipxPath(alike));
  const canFilter = peers.nginx && format === 'jpeg' && source.encoding === 'baseline jpeg';
  const nginx = canFilter ? await run(peers.nginx, `/${file}`) : undefined;
  const name = `${source.megapixels} MP ${source.encoding.replace('baseline ', '')}`;
  return { source: name, format, connections, ...ours, ipx, ipxAlike, ...(nginx && { nginx }) };
}

/** In turns: what slows the machine down for some seconds slows all three. */
async function measureInRounds(
  { format, connections, placed, forSizes, rounds, pictures }: Cell,
  stage: Stage,
  images: Images,
  peers: Peers,
): Promise<Pick<Miss, 'edge' | 'signed' | 'floor'>> {
  const turns = {
    edge: { from: peers.edge, paths: placed.map((image) => `/${images.keyOf(image, 'only', format)}`) },
    signed: { from: peers.edge, paths: await signedUrls(forSizes, format, stage.signingKey) },
    floor: { from: peers.floor, paths: placed.map(({ originalKey }) => `/${format}/${originalKey}`) },
  };
  const runs = { edge: [], signed: [], floor: [] } as Record<keyof typeof turns, Run[]>;
  const names = Object.keys(turns) as (keyof typeof turns)[];
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { from, paths } = turns[name];
      const part = paths.slice(round * pictures, (round + 1) * pictures);
      runs[name].push(await fetchPictures(from, part, connections));
    }
  }
  return { edge: sumOfRuns(runs.edge), signed: sumOfRuns(runs.signed), floor: sumOfRuns(runs.floor) };
}

const signedUrls = (placed: readonly Placed[], format: BenchFormat, key: Stage['signingKey']) =>
  Promise.all(
    placed.map(({ imageId }) => {
      const size = { w: SIDE, h: SIDE, fit: 'inside', f: format, q: quality[format] } as const;
      return signedSizeUrl({ baseUrl: '', imageId, size, key });
    }),
  );

const summary = ({ edge, signed, floor, ipx, ipxAlike }: Miss) =>
  `CPU ${edge.cpuMs.toFixed(0)} ms, signed ${signed.cpuMs.toFixed(0)}, floor ${floor.cpuMs.toFixed(0)}, ipx ${ipx.cpuMs.toFixed(0)}, alike ${ipxAlike.cpuMs.toFixed(0)}; ` +
  `${edge.perSecond.toFixed(1)}/s, floor ${floor.perSecond.toFixed(1)}, ipx ${ipx.perSecond.toFixed(1)}, alike ${ipxAlike.perSecond.toFixed(1)}`;
