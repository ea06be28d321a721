import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const CORPUS = new URL('../corpus/', import.meta.url);

export const megapixels = [2, 6, 12, 24, 50] as const;

/** Encodings of sources, with the usual settings of cameras, phones and editors. */
export const encodings: Record<string, (image: Sharp) => Sharp> = {
  'baseline jpeg': (image) => image.jpeg({ quality: 90 }),
  'progressive jpeg': (image) => image.jpeg({ quality: 90, progressive: true }),
  png: (image) => image.png({ compressionLevel: 6 }),
  // As from phone screenshots and paint programs: a fully opaque alpha channel.
  'png with alpha': (image) => image.ensureAlpha().png({ compressionLevel: 6 }),
  webp: (image) => image.webp({ quality: 90, effort: 2 }),
  avif: (image) => image.avif({ quality: 70, effort: 0 }),
};

export interface Source {
  readonly path: string;
  readonly encoding: string;
  readonly megapixels: number;
}

/** The photographs of the corpus, as file contents. */
export async function corpus(): Promise<{ name: string; bytes: Buffer }[]> {
  const names = (await readdir(CORPUS)).filter((name) => name.endsWith('.jpg')).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(new URL(name, CORPUS)) })));
}

/**
 * A 4:3 picture of this size: the photographs of the corpus side by side at their own resolution, which keeps their
 * detail; an enlargement would lose it. Made once, and cached in the temporary folder.
 */
export async function makeSource(size: number, encoding: string): Promise<Source> {
  const dir = join(tmpdir(), 'imagemill-bench-sources-2');
  const path = join(dir, `${size}mp-${encoding.replaceAll(' ', '-')}`);
  const cached = await stat(path).catch(() => undefined);
  if (!cached) {
    await mkdir(dir, { recursive: true });
    await encodings[encoding]?.(await mosaic(size)).toFile(path);
  }
  return { path, encoding, megapixels: size };
}

async function mosaic(size: number): Promise<Sharp> {
  const height = Math.round(Math.sqrt((size * 1_000_000 * 3) / 4));
  const width = Math.round((height * 4) / 3);
  const photos = await corpus();
  const tile = 800;
  const tiles = await Promise.all(
    photos.map(({ bytes }) => sharp(bytes).resize(tile, tile, { fit: 'cover', withoutEnlargement: true }).toBuffer()),
  );
  const columns = Math.ceil(width / tile);
  const rows = Math.ceil(height / tile);
  const placed = Array.from({ length: columns * rows }, (_, index) => ({
    input: tiles[(index * 2 + Math.floor(index / columns)) % tiles.length],
    left: (index % columns) * tile,
    top: Math.floor(index / columns) * tile,
  }));
  const canvas = { width: columns * tile, height: rows * tile, channels: 3 as const, background: '#808080' };
  const { data, info } = await sharp({ create: canvas, limitInputPixels: false })
    .composite(placed)
    // `composite` adds an alpha channel.
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: info, limitInputPixels: false }).extract({ left: 0, top: 0, width, height });
}
