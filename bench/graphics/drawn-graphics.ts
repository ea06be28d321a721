import sharp from 'sharp';

/** A drawing of shapes on a canvas of 600×400, scaled to any size. */
interface Drawing {
  readonly name: string;
  readonly svg: string;
}

const WIDTH = 600;
const HEIGHT = 400;

const rect = (x: number, y: number, w: number, h: number, fill: string, more = '') =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}" ${more}/>`;
const circle = (x: number, y: number, r: number, fill: string) =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`;

/** Strokes of letters in a box of 4×6: no font is needed, so that every machine draws the same. */
const letters = [
  'M0 6V0H4V6M0 3H4',
  'M0 0V6H4',
  'M4 0H0V6H4M0 3H3',
  'M0 6V0L4 6V0',
  'M0 0H4M2 0V6',
  'M0 0V6H4V0',
  'M0 6V0H4V3H0',
];

/** Lines of words. @param size of a letter's height in pixels */
function text(x: number, y: number, width: number, lines: number, size: number, colour: string): string {
  const unit = size / 6;
  const advance = size * 0.95;
  const made: string[] = [];
  for (let line = 0; line < lines; line++)
    for (let column = 0; column < width / advance; column++) {
      if ((column * 7 + line * 3) % 6 === 5) continue;
      const letter = letters[(column * 5 + line * 11) % letters.length];
      made.push(
        `<path transform="translate(${x + column * advance} ${y + line * size * 1.7}) scale(${unit})" d="${letter}"/>`,
      );
    }
  return `<g fill="none" stroke="${colour}" stroke-width="0.9">${made.join('')}</g>`;
}

const colours = ['#e11d48', '#2563eb', '#059669', '#f59e0b', '#7c3aed'];

const drawings: readonly Drawing[] = [
  {
    name: 'bar chart',
    svg:
      rect(0, 0, 600, 400, '#fff') +
      colours.map((colour, i) => rect(70 + i * 100, 320 - i * 50, 60, 20 + i * 50, colour)).join('') +
      rect(50, 340, 520, 2, '#111') +
      text(60, 355, 500, 1, 14, '#111') +
      text(60, 20, 300, 1, 22, '#111'),
  },
  {
    name: 'logo on white',
    svg:
      rect(0, 0, 600, 400, '#fff') +
      circle(260, 200, 90, '#e11d48') +
      circle(340, 200, 90, '#2563eb') +
      circle(300, 200, 40, '#fff'),
  },
  { name: 'page of text', svg: rect(0, 0, 600, 400, '#fff') + text(40, 30, 520, 16, 12, '#1f2937') },
  {
    name: 'light user interface',
    svg:
      rect(0, 0, 600, 400, '#f3f4f6') +
      rect(0, 0, 600, 44, '#2563eb') +
      text(16, 14, 200, 1, 16, '#fff') +
      [0, 1, 2]
        .map(
          (i) =>
            rect(20 + i * 190, 64, 175, 150, '#fff', 'rx="8" stroke="#d1d5db"') +
            circle(60 + i * 190, 110, 24, colours[i] ?? '') +
            text(30 + i * 190, 150, 150, 3, 10, '#374151'),
        )
        .join('') +
      rect(20, 240, 560, 140, '#fff', 'rx="8" stroke="#d1d5db"') +
      text(36, 256, 520, 5, 12, '#111827') +
      rect(470, 345, 90, 26, '#059669', 'rx="6"'),
  },
  {
    name: 'dark user interface',
    svg:
      rect(0, 0, 600, 400, '#0f172a') +
      rect(0, 0, 150, 400, '#1e293b') +
      text(16, 30, 120, 10, 12, '#94a3b8') +
      text(180, 30, 390, 14, 13, '#e2e8f0') +
      rect(180, 150, 390, 30, '#334155') +
      colours.map((colour, i) => rect(190 + i * 30, 350, 20, 20, colour)).join(''),
  },
  {
    name: 'banner of a sale',
    svg: rect(0, 0, 600, 400, '#e11d48') + text(60, 90, 480, 2, 90, '#fde047') + text(60, 330, 480, 1, 24, '#fff'),
  },
  {
    name: 'interface with gradients',
    svg:
      '<defs><linearGradient id="g" x2="1"><stop stop-color="#7c3aed"/><stop offset="1" stop-color="#2563eb"/></linearGradient></defs>' +
      rect(0, 0, 600, 400, '#fff') +
      rect(0, 0, 600, 90, 'url(#g)') +
      text(30, 30, 300, 1, 26, '#fff') +
      text(30, 120, 540, 10, 13, '#111827') +
      rect(430, 345, 140, 36, 'url(#g)', 'rx="18"'),
  },
  {
    name: 'red text on blue',
    svg: rect(0, 0, 600, 400, '#1d4ed8') + text(30, 30, 540, 8, 24, '#ef4444'),
  },
  {
    name: 'size table',
    svg:
      rect(0, 0, 600, 400, '#fff') +
      Array.from(
        { length: 9 },
        (_, i) =>
          rect(20, 20 + i * 42, 560, 1, '#9ca3af') + text(30, 32 + i * 42, 540, 1, 13, i ? '#374151' : '#e11d48'),
      ).join('') +
      Array.from({ length: 6 }, (_, i) => rect(20 + i * 112, 20, 1, 336, '#9ca3af')).join(''),
  },
  {
    name: 'icons',
    svg:
      rect(0, 0, 600, 400, '#fef3c7') +
      Array.from(
        { length: 24 },
        (_, i) =>
          circle(60 + (i % 6) * 96, 60 + Math.floor(i / 6) * 92, 28, colours[i % 5] ?? '') +
          rect(52 + (i % 6) * 96, 52 + Math.floor(i / 6) * 92, 16, 16, '#fff'),
      ).join(''),
  },
];

export interface DrawnGraphic {
  readonly name: string;
  readonly png: Buffer;
}

/** Every drawing at a width in pixels, as png. */
export const drawGraphics = (width: number): Promise<DrawnGraphic[]> =>
  Promise.all(
    drawings.map(async ({ name, svg }) => {
      const document = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${width}" height="${(width * HEIGHT) / WIDTH}">${svg}</svg>`;
      return { name, png: await sharp(Buffer.from(document)).png({ palette: false }).toBuffer() };
    }),
  );
