import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { makeSource } from '../engine/sources.ts';
import { machine } from '../report/machine.ts';
import { writeReport } from '../report/write-report.ts';
import { type Contender, type EdgeContender, type Stage, startStage } from './contenders.ts';
import { type EdgeFigures, edgeChart, edgeMarkdown, hostileTable, missesMarkdown } from './edge-report.ts';
import { type EqualQuality, findEqualQuality } from './equal-quality.ts';
import { fetchPictures, getPicture, openPool } from './fetch-pictures.ts';
import { ipxPath } from './ipx-path.ts';
import { measureFirstPicture } from './measure-first-picture.ts';
import { type Hits, measureEvenHits, measureHits } from './measure-hits.ts';
import { type Hostile, measureHostile } from './measure-hostile.ts';
import { type Miss, measureMisses, type Peers } from './measure-misses.ts';
import { measureOneKey } from './measure-one-key.ts';
import { CONNECTIONS, plans, quickPlans, warmUp } from './miss-plans.ts';
import { type Images, openImages, type Placed } from './place-images.ts';
import { quality } from './settings.ts';

const HOSTILE_PER_SECOND = 300;
/** Of sharp, and of ipx. */
const DEFAULT_AVIF_QUALITY = 50;

/**
 * The edge beside ipx, nginx's image_filter and bare sharp: misses, hits, one key, hostile requests, first picture.
 *
 * @param options.argument `hostile` or `misses` measures that part alone, and only prints it
 */
export async function benchEdge({ quick, argument }: { quick: boolean; argument?: string | undefined }): Promise<void> {
  const stage = await startStage();
  try {
    const images = await openImages(stage);
    try {
      if (argument === 'hostile') return console.log(hostileTable(await measureHostileAlone(stage, images, quick)));
      if (argument === 'misses') return console.log(missesMarkdown(await measureMissesAlone(stage, images, quick)));
      const figures = await measure(stage, images, quick);
      const report = {
        data: { machine: machine(), ...figures },
        markdown: edgeMarkdown(figures),
        svg: edgeChart(figures),
      };
      await writeReport('edge', report, { quick });
    } finally {
      images.close();
    }
  } finally {
    await stage.stop();
  }
}

async function measure(stage: Stage, images: Images, quick: boolean): Promise<EdgeFigures> {
  const seconds = quick ? 2 : 8;
  const photo = await makeSource(quick ? 2 : 12, 'baseline jpeg');
  const bytes = await readFile(photo.path);
  const peers = await stage.startPeers(photo.path);
  const cold = await stage.startEdge('edge-cold');
  const avif = await measureAvif(images, bytes, photo.path, { edge: cold, ipx: peers.ipx });
  const ipxAvifQuality = avif?.ipx.quality ?? DEFAULT_AVIF_QUALITY;
  const misses = await measureAllMisses(stage, images, { ...peers, edge: cold, ipxAvifQuality }, quick);
  const firstPicture = await measureFirstPicture(cold, images, { bytes, count: quick ? 5 : 40 });
  console.log('first picture', firstPicture);
  await cold.stop();

  const [one, two] = await Promise.all([stage.startEdge('edge-1'), stage.startEdge('edge-2')]);
  const [known, coldImage] = await images.place(2, bytes, 'image/jpeg');
  if (!known || !coldImage) throw new Error('No images were placed.');
  const hit = `/${images.keyOf(known, 'only', 'webp')}`;
  await fetchPictures(one, [hit, hit], 1);
  const ipxHit = ipxPath({ file: basename(photo.path), format: 'webp', quality: quality.webp });
  const connections = quick ? [8] : CONNECTIONS;
  const ofEdge = await measureEachHits(one, hit, connections, seconds);
  // Before ipx, which goes on rendering for seconds after its last client has left.
  const half = Math.max(...ofEdge.map(({ perSecond }) => perSecond)) / 2;
  const halfLoad = await measureEvenHits(one, hit, half, seconds);
  console.log('half load', halfLoad);
  const hostile = await measureBesideFloor(stage, one, images, { known, hit, hitsPerSecond: half / 2, quick });
  const coldPath = `/${images.keyOf(coldImage, 'only', 'avif')}`;
  const oneKey = await measureOneKey([one, two], coldPath, quick ? 500 : 10_000);
  console.log('one key', oneKey);
  const ofIpx = await measureEachHits(peers.ipx, ipxHit, connections, seconds);
  const hits = pairsOf(ofEdge, ofIpx);
  return { avif, misses, hits, halfLoad, oneKey, hostile, firstPicture };
}

async function measureMissesAlone(stage: Stage, images: Images, quick: boolean): Promise<Miss[]> {
  const photo = await makeSource(12, 'baseline jpeg');
  const peers = await stage.startPeers(photo.path);
  const edge = await stage.startEdge('edge-cold');
  return measureAllMisses(stage, images, { ...peers, edge, ipxAvifQuality: DEFAULT_AVIF_QUALITY }, quick);
}

async function measureHostileAlone(stage: Stage, images: Images, quick: boolean): Promise<Hostile> {
  const photo = await makeSource(quick ? 2 : 12, 'baseline jpeg');
  const [known] = await images.place(1, await readFile(photo.path), 'image/jpeg');
  if (!known) throw new Error('No image was placed.');
  const edge = await stage.startEdge('edge-1');
  const hit = `/${images.keyOf(known, 'only', 'webp')}`;
  const { perSecond } = await measureHits(edge, hit, Math.max(...CONNECTIONS), quick ? 2 : 8);
  return measureBesideFloor(stage, edge, images, { known, hit, hitsPerSecond: perSecond / 4, quick });
}

async function measureBesideFloor(
  stage: Stage,
  edge: EdgeContender,
  images: Images,
  { known, quick, ...hits }: { known: Placed; hit: string; hitsPerSecond: number; quick: boolean },
): Promise<Hostile> {
  const pool = openPool(edge, 1);
  const { bytes } = await getPicture(pool, hits.hit).finally(() => pool.destroy());
  const floor = await stage.startHitFloor(hits.hit, bytes.byteLength);
  try {
    return await measureHostile(edge, floor, {
      ...{ ...hits, imageId: known.imageId, revision: images.revisionOf() },
      ...{ hostilePerSecond: HOSTILE_PER_SECOND },
      ...{ warmUpSeconds: quick ? 2 : 10, seconds: quick ? 2 : 4, rounds: quick ? 1 : 3 },
    });
  } finally {
    await floor.stop();
  }
}

async function measureEachHits(
  from: Contender,
  path: string,
  connections: readonly number[],
  seconds: number,
): Promise<Hits[]> {
  const all: Hits[] = [];
  for (const each of connections) {
    const hits = await measureHits(from, path, each, seconds);
    console.log(`hits of ${path}`, hits);
    all.push(hits);
  }
  return all;
}

const pairsOf = (ofEdge: readonly Hits[], ofIpx: readonly Hits[]): EdgeFigures['hits'] =>
  ofEdge.flatMap((edge, at) => {
    const ipx = ofIpx[at];
    return ipx ? [{ edge, ipx }] : [];
  });

async function measureAvif(
  images: Images,
  bytes: Buffer,
  path: string,
  contenders: Parameters<typeof findEqualQuality>[1],
): Promise<EqualQuality | undefined> {
  const [image] = await images.place(1, bytes, 'image/jpeg');
  if (!image) throw new Error('No image was placed.');
  const equal = await findEqualQuality(path, contenders, `/${images.keyOf(image, 'only', 'avif')}`);
  console.log('avif', equal ?? 'butteraugli_main is not installed: quality is not compared');
  return equal;
}

async function measureAllMisses(stage: Stage, images: Images, peers: Peers, quick: boolean): Promise<Miss[]> {
  await measureMisses(warmUp, stage, images, peers);
  const misses: Miss[] = [];
  for (const plan of quick ? quickPlans : plans) misses.push(...(await measureMisses(plan, stage, images, peers)));
  return misses;
}
