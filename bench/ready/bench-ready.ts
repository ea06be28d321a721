import { loadavg } from 'node:os';
import { type Contenders, startContenders } from '../api/contenders.ts';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { type Followed, followUpload, type Step, steps } from './follow-upload.ts';
import { type BoundaryRow, measureBoundary } from './measure-boundary.ts';
import { MEGAPIXELS, makePhotos, type Photo, samplePhotos } from './photos.ts';

/** Of the first rendition. */
const FIRST_MS_GOAL = 60;
/** The first images of a worker find V8 and the engine processes cold. */
const WARM_UP = 5;

interface Row {
  readonly name: string;
  readonly images: number;
  readonly firstP50Ms: number;
  readonly firstP90Ms: number;
  readonly stepsP50Ms: Readonly<Record<Step, number>>;
  readonly readyP50Ms: number;
  readonly workP50Ms: number;
  /** Ready without the job's own work, from the download of the original to the last rendition. */
  readonly besideP50Ms: number;
  readonly besideP90Ms: number;
}

interface ReadyOptions {
  readonly quick: boolean;
  readonly argument?: string | undefined;
}

/**
 * From the report of an upload to its first rendition and to the end, one image at a time on an idle system; and what the boundary of engine
 * processes adds to it.
 *
 * @param argument `boundary` measures and prints that alone
 */
export async function benchReady({ quick, argument }: ReadyOptions): Promise<void> {
  const [loadBefore] = loadavg();
  const images = quick ? 3 : 30;
  // First: nothing else of the bench runs.
  const boundary = await measureBoundary(await samplePhotos(), images);
  if (argument === 'boundary') {
    console.log(boundaryTable(boundary));
    return;
  }
  const rows = await measureUploads(await makePhotos(), images);
  const data = { machine: machine(), loadBefore, megapixels: MEGAPIXELS, rows, boundary };
  const markdown = [table(rows), boundaryTable(boundary)].join('\n\n');
  await writeReport('ready', { data, markdown, svg: chart(rows) }, { quick });
}

async function measureUploads(photos: readonly Photo[], images: number): Promise<Row[]> {
  const contenders = await startContenders();
  const worker = await contenders.startWorker();
  try {
    const rows: Row[] = [];
    for (const photo of photos) rows.push(await measure(contenders, photo, images));
    return rows;
  } finally {
    await worker.stop();
    await contenders.stop();
  }
}

async function measure(contenders: Contenders, photo: Photo, images: number): Promise<Row> {
  const followed: Followed[] = [];
  for (let index = 0; index < WARM_UP + images; index++) {
    const times = await followUpload(contenders, photo);
    if (index >= WARM_UP) followed.push(times);
  }
  const at = (share: number, of: (times: Followed) => number) =>
    followed.map(of).sort((a, b) => a - b)[Math.floor(share * (followed.length - 1))] ?? Number.NaN;
  const beside = ({ readyMs, workMs }: Followed) => readyMs - workMs;
  return {
    name: photo.name,
    images,
    firstP50Ms: at(0.5, ({ firstMs }) => firstMs),
    firstP90Ms: at(0.9, ({ firstMs }) => firstMs),
    stepsP50Ms: {
      fetch: at(0.5, ({ stepsMs }) => stepsMs.fetch),
      inspect: at(0.5, ({ stepsMs }) => stepsMs.inspect),
      decode: at(0.5, ({ stepsMs }) => stepsMs.decode),
    },
    readyP50Ms: at(0.5, ({ readyMs }) => readyMs),
    workP50Ms: at(0.5, ({ workMs }) => workMs),
    besideP50Ms: at(0.5, beside),
    besideP90Ms: at(0.9, beside),
  };
}

const table = (rows: readonly Row[]) =>
  markdownTable(
    [
      `${MEGAPIXELS} MP JPEG, ms`,
      'first rendition p50',
      'p90',
      ...steps.map((step) => `${step} p50`),
      'ready p50',
      "the job's own work p50",
      'the rest p50',
      'p90',
    ],
    rows.map(({ name, firstP50Ms, firstP90Ms, stepsP50Ms, readyP50Ms, workP50Ms, besideP50Ms, besideP90Ms }) => [
      name,
      ...[firstP50Ms, firstP90Ms, ...steps.map((step) => stepsP50Ms[step])].map((ms) => ms.toFixed(0)),
      ...[readyP50Ms, workP50Ms, besideP50Ms, besideP90Ms].map((ms) => ms.toFixed(0)),
    ]),
  );

const boundaryTable = (rows: readonly BoundaryRow[]) =>
  markdownTable(
    [
      'all renditions of',
      'in one process, ms p50',
      'by engine processes',
      'added, p50',
      'CPU ms, in one process',
      'by engine processes',
    ],
    rows.map(({ name, inProcess, pool, addedMs }) => [
      name,
      ...[inProcess.wallMs, pool.wallMs, addedMs, inProcess.cpuMs, pool.cpuMs].map((ms) => ms.toFixed(0)),
    ]),
  );

const chart = (rows: readonly Row[]) =>
  barChart({
    title: 'From the report of an upload, idle system, ms (p50)',
    reference: FIRST_MS_GOAL,
    bars: rows.flatMap(({ name, firstP50Ms, readyP50Ms }) => [
      { label: `${name}, first rendition`, value: firstP50Ms },
      { label: `${name}, ready`, value: readyP50Ms },
    ]),
  });
