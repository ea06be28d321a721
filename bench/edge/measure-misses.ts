import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { signedSizeUrl } from '@imagemill/variants';
import sharp from 'sharp';
import { makeSource } from '../engine/sources.ts';
import type { Contender, Stage } from './contenders.ts';
import { type Fetched, fetchPictures } from './fetch-pictures.ts';
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
  /** Pictures for each figure. */
  readonly pictures: number;
}

const mediaTypes = { 'baseline jpeg': 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;

/** Every picture is made anew by each contender: ours from an original that it fetches from S3, ipx and nginx from their own disk. */
export async function measureMisses(plan: MissPlan, stage: Stage, images: Images, peers: Peers): Promise<Miss[]> {
  const source = await makeSource(plan.megapixels, plan.encoding);
  const bytes = await readFile(source.path);
  const misses: Miss[] = [];
  for (const connections of plan.connections) {
    // New images: a key is made only once.
    const placed = await images.place(plan.pictures, bytes, mediaTypes[plan.encoding]);
    for (const format of plan.formats) {
      const miss = await measureCell({ source, format, connections, placed }, stage, images, peers);
      misses.push(miss);
      console.log(`${miss.source} ${format} ×${connections}: ${summary(miss)}`);
    }
    await Promise.all(placed.map(({ originalKey }) => stage.originals.delete(originalKey)));
  }
  return misses;
}

interface Cell {
  readonly source: { readonly path: string; readonly megapixels: number; readonly encoding: string };
  readonly format: BenchFormat;
  readonly connections: number;
  readonly placed: readonly Placed[];
}

async function measureCell(cell: Cell, stage: Stage, images: Images, peers: Peers): Promise<Miss> {
  const { source, format, connections, placed } = cell;
  const keys = placed.map((image) => images.keyOf(image, 'only', format));
  const file = basename(source.path);
  const own = { file, format, quality: format === 'avif' ? peers.ipxAvifQuality : quality[format] };
  const { autoOrient } = await sharp(source.path).metadata();
  // The binaries of ipx's version of sharp have avif of 8 bits only.
  const { bitdepth: _, ...encoder } = encoderOptions(format, autoOrient);
  const alike = { file, format, quality: quality[format], encoder };
  const run = (from: Contender, paths: readonly string[]) => fetchPictures(from, paths, connections);
  const edge = await run(
    peers.edge,
    keys.map((key) => `/${key}`),
  );
  const signed = await run(peers.edge, await signedUrls(cell, stage.signingKey));
  const floor = await run(
    peers.floor,
    placed.map(({ originalKey }) => `/${format}/${originalKey}`),
  );
  const ipx = await run(peers.ipx, Array<string>(keys.length).fill(ipxPath(own)));
  const ipxAlike = await run(peers.ipx, Array<string>(keys.length).fill(ipxPath(alike)));
  const canFilter = peers.nginx && format === 'jpeg' && source.encoding === 'baseline jpeg';
  const nginx = canFilter ? await run(peers.nginx, Array<string>(keys.length).fill(`/${file}`)) : undefined;
  const name = `${source.megapixels} MP ${source.encoding.replace('baseline ', '')}`;
  return { source: name, format, connections, edge, signed, floor, ipx, ipxAlike, ...(nginx && { nginx }) };
}

const signedUrls = ({ placed, format }: Cell, key: Stage['signingKey']) =>
  Promise.all(
    placed.map(({ imageId }) => {
      const size = { w: SIDE, h: SIDE, fit: 'inside', f: format, q: quality[format] } as const;
      return signedSizeUrl({ baseUrl: '', imageId, size, key });
    }),
  );

const summary = ({ edge, signed, floor, ipx, ipxAlike }: Miss) =>
  `CPU ${edge.cpuMs.toFixed(0)} ms, signed ${signed.cpuMs.toFixed(0)}, floor ${floor.cpuMs.toFixed(0)}, ipx ${ipx.cpuMs.toFixed(0)}, alike ${ipxAlike.cpuMs.toFixed(0)}; ` +
  `${edge.perSecond.toFixed(1)}/s, floor ${floor.perSecond.toFixed(1)}, ipx ${ipx.perSecond.toFixed(1)}, alike ${ipxAlike.perSecond.toFixed(1)}`;
