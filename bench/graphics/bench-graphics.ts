import { isGraphic } from '@imagemill/imaging';
import { encoderSettings, graphicSettings, settingsOfSize } from '@imagemill/variants';
import sharp, { type Sharp } from 'sharp';
import { fetchPhotographs } from '../frontier/fetch-photographs.ts';
import { createJudge } from '../frontier/judge.ts';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { drawGraphics } from './drawn-graphics.ts';

/** The decoded size for the product set. */
const DECODED_PX = 2400;
const WIDTHS = [300, 600, 1200, 3000];
/** Of the renditions whose bytes are compared. */
const RENDITION_PX = 600;

/** Uploads of graphics without loss. */
const graphicUploads: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  png: (image) => image.png(),
  'png with a palette': (image) => image.png({ palette: true }),
  'lossless webp': (image) => image.webp({ lossless: true }),
};

/** Photographs as they are uploaded, and with what makes them similar to graphics. */
const photographUploads: Readonly<Record<string, (image: Sharp) => Sharp | Promise<Sharp>>> = {
  'as it is': (image) => image.png(),
  'jpeg, quality 50': (image) => image.jpeg({ quality: 50 }),
  'jpeg, quality 25': (image) => image.jpeg({ quality: 25 }),
  'a fifth of its light': (image) => image.linear(0.2).png(),
  grey: (image) => image.grayscale().png(),
  blurred: (image) => image.blur(4).png(),
  'cut out, on white': cutOut,
  'gif of 256 colours': (image) => image.gif(),
};

interface Tally {
  readonly kind: string;
  readonly upload: string;
  readonly pictures: number;
  readonly detected: number;
}

/** Which drawings and photographs are taken for graphics, and what the settings for graphics do to the bytes. */
export async function benchGraphics({ quick }: { quick: boolean }): Promise<void> {
  sharp.concurrency(1);
  const drawn = (await Promise.all((quick ? [600] : WIDTHS).map(drawGraphics))).flat();
  const photographs = quick ? [] : await fetchPhotographs();
  const tallies = [
    ...(await tally(
      'drawing',
      graphicUploads,
      drawn.map(({ png }) => png),
    )),
    ...(await tally(
      'photograph',
      photographUploads,
      photographs.map(({ bytes }) => bytes),
    )),
  ];
  const bytes = await compareBytes();
  const report = {
    data: { machine: machine(), tallies, bytes },
    markdown: `${tallyTable(tallies)}\n\n${bytesTable(bytes)}`,
    svg: chart(bytes),
  };
  await writeReport('graphics', report, { quick });
}

async function tally(
  kind: string,
  uploads: Readonly<Record<string, (image: Sharp) => Sharp | Promise<Sharp>>>,
  pictures: readonly Buffer[],
): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const [upload, encode] of Object.entries(uploads)) {
    let detected = 0;
    for (const picture of pictures) {
      const uploaded = await (await encode(sharp(picture).removeAlpha())).toBuffer();
      if (isGraphic(await decoded(uploaded))) detected += 1;
    }
    tallies.push({ kind, upload, pictures: pictures.length, detected });
    console.log(`${kind}, ${upload}: ${detected} of ${pictures.length}`);
  }
  return tallies;
}

async function decoded(bytes: Buffer) {
  const { data, info } = await sharp(bytes)
    .resize(DECODED_PX, DECODED_PX, { fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } };
}

async function cutOut(image: Sharp): Promise<Sharp> {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const ellipse = `<svg width="${info.width}" height="${info.height}"><ellipse cx="50%" cy="50%" rx="28%" ry="32%"/></svg>`;
  const cut = await sharp(data, { raw: info })
    .composite([{ input: Buffer.from(ellipse), blend: 'dest-in' }])
    .raw()
    .toBuffer();
  return sharp(cut, { raw: info }).flatten({ background: '#ffffff' }).jpeg({ quality: 90 });
}

interface Compared {
  readonly name: string;
  readonly encodings: readonly {
    readonly encoding: string;
    readonly bytes: number;
    readonly butteraugli: number;
    readonly ssimulacra2: number;
  }[];
}

/** As `medium` of a source of 6 megapixels. */
const SHARE_OF_SOURCE = 0.06;

async function compareBytes(): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const { name, png } of await drawGraphics(RENDITION_PX)) {
    const { data, raw } = await decoded(png);
    const ofSize = (format: 'avif' | 'webp') => settingsOfSize({ format }, { ...raw, shareOfSource: SHARE_OF_SOURCE });
    const open = () => sharp(data, { raw });
    const avif = { quality: 60, ...encoderSettings.avif, ...ofSize('avif') };
    const webp = { quality: 80, ...encoderSettings.webp, ...ofSize('webp') };
    const encodings = {
      'avif 4:2:0': open().avif(avif),
      'avif 4:4:4': open().avif({ ...avif, ...graphicSettings.avif }),
      'webp lossy': open().webp(webp),
      'webp lossless': open().webp({ ...webp, lossless: true }),
    };
    const judge = await createJudge({ data, width: raw.width, height: raw.height });
    const rows: Compared['encodings'][number][] = [];
    for (const [encoding, image] of Object.entries(encodings)) {
      const encoded = await image.toBuffer();
      rows.push({ encoding, bytes: encoded.byteLength, ...(await judge.judge(encoded)) });
    }
    await judge.close();
    compared.push({ name, encodings: rows });
  }
  return compared;
}

const tallyTable = (tallies: readonly Tally[]) =>
  markdownTable(
    ['picture', 'uploaded as', 'pictures', 'taken for a graphic'],
    tallies.map(({ kind, upload, pictures, detected }) => [kind, upload, String(pictures), String(detected)]),
  );

const bytesTable = (compared: readonly Compared[]) =>
  markdownTable(
    [
      'drawing, 600 px',
      ...(compared[0]?.encodings ?? []).map(({ encoding }) => `${encoding}: KiB, butteraugli, SSIMULACRA 2`),
    ],
    compared.map(({ name, encodings }) => [
      name,
      ...encodings.map(
        ({ bytes, butteraugli, ssimulacra2 }) =>
          `${(bytes / 1024).toFixed(1)}, ${butteraugli.toFixed(2)}, ${ssimulacra2.toFixed(1)}`,
      ),
    ]),
  );

function chart(compared: readonly Compared[]): string {
  const bars = compared.map(({ name, encodings }) => {
    const bytesOf = (wanted: string) => encodings.find(({ encoding }) => encoding === wanted)?.bytes ?? Number.NaN;
    return { label: name, value: bytesOf('webp lossless') / bytesOf('webp lossy') };
  });
  return barChart({ title: 'Graphics at 600 px: bytes of a lossless webp ÷ a lossy one', bars, reference: 1 });
}
