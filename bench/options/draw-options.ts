import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { decodeWatermarks } from '@imagemill/rendering';
import { type Focus, loadVariantSets } from '@imagemill/variants';
import { createFaceDetector } from '@imagemill/vision';
import sharp from 'sharp';
import { animation, catalogue, photograph, portrait, reds, ultraHdr } from './option-sources.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/images/options/', root);

interface Example {
  readonly focus?: Focus;
  /** By default the sample photograph. */
  readonly source?: () => Promise<Buffer>;
  /** The part of the rendition that is drawn; all of it if not given. */
  readonly shown?: (rendition: Uint8Array) => Promise<Uint8Array>;
  readonly [option: string]: unknown;
}

const whole = async (rendition: Uint8Array) => rendition;

/** The gain map, which follows the standard picture, in the size of the box. */
function lastPicture(rendition: Uint8Array): Promise<Buffer> {
  const file = Buffer.from(rendition);
  const map = file.subarray(file.lastIndexOf(Buffer.of(0xff, 0xd8, 0xff)));
  return sharp(map).resize(150, 150, { kernel: 'linear' }).webp().toBuffer();
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
  'background-transparent': { fit: 'contain', background: 'transparent' },
  'quality-20': { fit: 'cover', quality: 20 },
  'quality-80': { fit: 'cover', quality: 80 },
  'shape-rectangle': { fit: 'cover', position: 'face', source: portrait },
  'shape-circle': { fit: 'cover', position: 'face', shape: 'circle', source: portrait },
  'animated-off': { fit: 'cover', source: animation },
  'animated-on': { fit: 'cover', animated: true, source: animation },
  'padding-contain': { fit: 'contain', background: '#f0b429', padding: 20 },
  'padding-inside': { fit: 'inside', background: '#f0b429', padding: 20 },
  'trim-off': { fit: 'inside', source: catalogue },
  'trim-on': { fit: 'inside', trim: 24, source: catalogue },
  'trim-padding': { fit: 'contain', trim: 24, padding: 12, background: 'auto', source: catalogue },
  'sharpen-off': { fit: 'cover' },
  'sharpen-on': { fit: 'cover', sharpen: true },
  'colour-srgb': { fit: 'cover', source: reds },
  'colour-p3': { fit: 'cover', colour: 'p3', source: reds },
  'hdr-standard': { fit: 'cover', source: ultraHdr },
  'hdr-map': { fit: 'cover', format: 'jpeg', hdr: 'gain-map', source: ultraHdr, shown: lastPicture },
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
  'position-attention': { fit: 'cover', height: 60, position: 'attention' },
  'position-entropy': { fit: 'cover', height: 60, position: 'entropy' },
  'position-centre-portrait': { fit: 'cover', height: 75, source: portrait },
  'position-face': { fit: 'cover', height: 75, position: 'face', source: portrait },
};

/**
 * The pictures of docs/variants.md: the options of a variant, as the engine renders sample photographs.
 *
 * @throws Error if faces are not detected by this installation
 */
export async function drawOptions(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const box = { width: 150, height: 150, format: 'webp', quality: 80 };
  const sets = Object.entries(examples).map(([name, { focus: _, source: __, shown: ___, ...options }]) => [
    name,
    [{ name, ...box, ...options }],
  ]);
  const read = (name: string) => readFile(new URL(name, folder));
  const { categories, watermarks } = await loadVariantSets(Object.fromEntries(sets), read);
  const detector = createFaceDetector();
  const engine = await createImagingEngine({ watermarks: await decodeWatermarks(watermarks), detector });
  for (const [name, { focus, source = photograph, shown = whole }] of Object.entries(examples)) {
    const bytes = await source();
    const set = categories.get(name)?.set ?? [];
    const picture = await engine.decode(bytes, await engine.inspect(bytes), set, { focus });
    for await (const { data, width, height } of picture.render()) {
      await writeFile(new URL(`${name}.webp`, folder), await shown(data));
      console.log(`${name}.webp ${width}×${height}`);
    }
  }
  await detector.close();
}
