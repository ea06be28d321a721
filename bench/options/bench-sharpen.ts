import sharp, { type SharpenOptions } from 'sharp';
import { sharpening } from '../../packages/imaging/src/sharpening.ts';
import { markdownTable } from '../report/markdown-table.ts';

const FACTOR = 4;
const WIDTH = 256;
const HEIGHT = 16;
/** Cycles per pixel of the scaled picture. */
const frequencies = [0.1, 0.2, 0.3, 0.35, 0.4, 0.45];

const settings: (SharpenOptions | undefined)[] = [
  undefined,
  ...[0.5, 0.6, 0.8, 1].flatMap((sigma) => [0.5, 1, 1.5, 2].map((m2) => ({ ...sharpening, sigma, m2 }))),
];

/** What settings of the unsharp mask restore of the contrast that scaling takes, and the halos that they make. */
export async function benchSharpen(): Promise<void> {
  const rows: string[][] = [];
  for (const setting of settings) {
    const kept: string[] = [];
    for (const frequency of frequencies) kept.push((await contrast(frequency, setting)).toFixed(2));
    const name = setting ? [setting.sigma, setting.m2].map(String) : ['–', '–'];
    rows.push([...name, ...kept, `${(100 * (await overshoot(setting))).toFixed(1)} %`]);
  }
  const head = ['σ', 'amount', ...frequencies.map((frequency) => `${frequency} cycles/px`), 'overshoot'];
  console.log(markdownTable(head, rows));
}

/** The middle row of a picture of columns, scaled down and sharpened. @param levelAt column of the source to its level */
async function scaled(levelAt: (x: number) => number, setting: SharpenOptions | undefined): Promise<number[]> {
  const [width, height] = [WIDTH * FACTOR, HEIGHT * FACTOR];
  const row = Buffer.from(Array.from({ length: width }, (_, x) => Array(3).fill(Math.round(levelAt(x)))).flat());
  const source = Buffer.concat(Array.from({ length: height }, () => row));
  const image = sharp(source, { raw: { width, height, channels: 3 } }).resize(WIDTH, HEIGHT, { fit: 'fill' });
  const pixels = await (setting ? image.sharpen(setting) : image).raw().toBuffer();
  return Array.from({ length: WIDTH }, (_, x) => pixels[((HEIGHT / 2) * WIDTH + x) * 3] ?? 0);
}

const AMPLITUDE = 40;
const GREY = 128;
/** Columns at each side that are not measured: they depend on the edge of the picture. */
const MARGIN = 16;

/** The amplitude of a sine wave, relative to that in the source. */
async function contrast(frequency: number, setting: SharpenOptions | undefined): Promise<number> {
  const phase = (x: number) => 2 * Math.PI * frequency * (x + 0.5);
  const row = await scaled((x) => GREY + AMPLITUDE * Math.sin(phase(x) / FACTOR), setting);
  const part = (wave: (angle: number) => number) =>
    row.slice(MARGIN, -MARGIN).reduce((sum, level, x) => sum + (level - GREY) * wave(phase(x + MARGIN)), 0);
  return (2 * Math.hypot(part(Math.sin), part(Math.cos))) / (WIDTH - 2 * MARGIN) / AMPLITUDE;
}

/** How far levels beside an edge go beyond it, relative to its height. */
async function overshoot(setting: SharpenOptions | undefined): Promise<number> {
  const [dark, light] = [80, 176];
  const row = await scaled((x) => (x <= (WIDTH * FACTOR) / 2 ? dark : light), setting);
  return (Math.max(...row) - light + dark - Math.min(...row)) / 2 / (light - dark);
}
