import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { type Focus, Variant } from '@imagemill/variants';
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
  'position-centre': { fit: 'cover', height: 60 },
  'position-focus-top': { fit: 'cover', height: 60, position: 'focus', focus: { x: 0.5, y: 0.1 } },
  'position-focus-bottom': { fit: 'cover', height: 60, position: 'focus', focus: { x: 0.5, y: 0.9 } },
};

/** The pictures of docs/variants.md: the options of a variant, as the engine renders a sample photograph. */
export async function drawOptions(): Promise<void> {
  const engine = await createImagingEngine();
  await mkdir(folder, { recursive: true });
  for (const [name, { focus, source = photograph, ...options }] of Object.entries(examples)) {
    const bytes = await source();
    const box = { name, width: 150, height: 150, format: 'webp', quality: 80 };
    const picture = await engine.decode(bytes, await engine.inspect(bytes), [Variant.parse({ ...box, ...options })], {
      focus,
    });
    for await (const { data, width, height } of picture.render()) {
      await writeFile(new URL(`${name}.webp`, folder), data);
      console.log(`${name}.webp ${width}×${height}`);
    }
  }
}
