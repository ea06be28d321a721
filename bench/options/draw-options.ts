import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { type Focus, Variant } from '@imagemill/variants';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/images/options/', root);

/** File name to the options that the picture shows, and the focus of the image. */
const examples: Record<string, { readonly focus?: Focus; readonly [option: string]: unknown }> = {
  'fit-cover': { fit: 'cover' },
  'fit-contain': { fit: 'contain', background: '#f0b429' },
  'fit-contain-auto': { fit: 'contain', background: 'auto' },
  'fit-fill': { fit: 'fill' },
  'fit-inside': { fit: 'inside' },
  'fit-outside': { fit: 'outside' },
  'padding-contain': { fit: 'contain', background: '#f0b429', padding: 20 },
  'padding-inside': { fit: 'inside', background: '#f0b429', padding: 20 },
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
  const photograph = await readFile(new URL('examples/photos/product.jpg', root));
  const source = await engine.inspect(photograph);
  for (const [name, { focus, ...options }] of Object.entries(examples)) {
    const box = { name, width: 150, height: 150, format: 'webp', quality: 80 };
    const picture = await engine.decode(photograph, source, [Variant.parse({ ...box, ...options })], { focus });
    for await (const { data, width, height } of picture.render()) {
      await writeFile(new URL(`${name}.webp`, folder), data);
      console.log(`${name}.webp ${width}×${height}`);
    }
  }
}
