import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { cicp } from '@imagemill/imaging/test-support';
import { decodeWatermarks } from '@imagemill/rendering';
import { type Focus, loadVariantSets } from '@imagemill/variants';
import sharp from 'sharp';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/images/options/', root);

/** A sample photograph. */
const photograph = () => readFile(new URL('examples/photos/product.jpg', root));

/** A thing with much light ground around it. */
async function catalogue(): Promise<Buffer> {
  const thing = await sharp(await photograph())
    .resize(520, 600, { position: 'top' })
    .toBuffer();
  const ground = sharp({ create: { width: 1000, height: 1000, channels: 3, background: '#f4f1ea' } });
  return ground
    .composite([{ input: thing, left: 380, top: 300 }])
    .png()
    .toBuffer();
}

/** In Display P3: a disc of a red that sRGB has, on the red that it does not have. */
async function reds(): Promise<Buffer> {
  const side = 300;
  const data = Buffer.alloc(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const isDisc = Math.hypot((at % side) - side / 2, Math.floor(at / side) - side / 2) < side / 3;
    data.set(isDisc ? [234, 51, 35] : [255, 0, 0], 3 * at);
  }
  const png = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  return Buffer.concat([
    png.subarray(0, PNG_HEADER_BYTES),
    cicp(P3_PRIMARIES, SRGB_TRANSFER),
    png.subarray(PNG_HEADER_BYTES),
  ]);
}

/** The signature and the chunk IHDR. */
const PNG_HEADER_BYTES = 33;
/** https://www.itu.int/rec/T-REC-H.273 */
const [P3_PRIMARIES, SRGB_TRANSFER] = [12, 13];

interface Example {
  readonly focus?: Focus;
  /** By default the sample photograph. */
  readonly source?: () => Promise<Buffer>;
  readonly [option: string]: unknown;
}

/** File name to the options that the picture shows. */
const examples: Record<string, Example> = {
  'fit-cover': { fit: 'cover' },
  'fit-contain': { fit: 'contain', background: '#f0b429' },
  'fit-contain-auto': { fit: 'contain', background: 'auto' },
  'fit-contain-blur': { fit: 'contain', background: 'blur' },
  'fit-fill': { fit: 'fill' },
  'fit-inside': { fit: 'inside' },
  'fit-outside': { fit: 'outside' },
  'padding-contain': { fit: 'contain', background: '#f0b429', padding: 20 },
  'padding-inside': { fit: 'inside', background: '#f0b429', padding: 20 },
  'trim-off': { fit: 'inside', source: catalogue },
  'trim-on': { fit: 'inside', trim: 24, source: catalogue },
  'trim-padding': { fit: 'contain', trim: 24, padding: 12, background: 'auto', source: catalogue },
  'sharpen-off': { fit: 'cover' },
  'sharpen-on': { fit: 'cover', sharpen: true },
  'colour-srgb': { fit: 'cover', source: reds },
  'colour-p3': { fit: 'cover', colour: 'p3', source: reds },
  'watermark-default': { fit: 'inside', watermark: { file: 'logo.svg' } },
  'watermark-centre': { fit: 'inside', watermark: { file: 'logo.svg', place: 'centre', size: 80, opacity: 50 } },
  'watermark-round': {
    fit: 'cover',
    shape: 'circle',
    watermark: { file: 'logo.svg', place: 'bottom', size: 50, margin: 0 },
  },
  'watermark-tile': {
    fit: 'inside',
    watermark: { file: 'logo.svg', place: 'centre', size: 30, opacity: 40, tile: true },
  },
  'position-centre': { fit: 'cover', height: 60 },
  'position-focus-top': { fit: 'cover', height: 60, position: 'focus', focus: { x: 0.5, y: 0.1 } },
  'position-focus-bottom': { fit: 'cover', height: 60, position: 'focus', focus: { x: 0.5, y: 0.9 } },
};

/** The pictures of docs/variants.md: the options of a variant, as the engine renders a sample photograph. */
export async function drawOptions(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const box = { width: 150, height: 150, format: 'webp', quality: 80 };
  const sets = Object.entries(examples).map(([name, { focus: _, source: __, ...options }]) => [
    name,
    [{ name, ...box, ...options }],
  ]);
  const read = (name: string) => readFile(new URL(name, folder));
  const { categories, watermarks } = await loadVariantSets(Object.fromEntries(sets), read);
  const engine = await createImagingEngine({ watermarks: await decodeWatermarks(watermarks) });
  for (const [name, { focus, source = photograph }] of Object.entries(examples)) {
    const bytes = await source();
    const set = categories.get(name)?.set ?? [];
    const picture = await engine.decode(bytes, await engine.inspect(bytes), set, { focus });
    for await (const { data, width, height } of picture.render()) {
      await writeFile(new URL(`${name}.webp`, folder), data);
      console.log(`${name}.webp ${width}×${height}`);
    }
  }
}
