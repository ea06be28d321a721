import type { Browser } from 'playwright-core';
import { type Cells, cellSide, GROUNDS, SIDE_MAX } from './cells.ts';

/** Renders pictures in a browser; all share one page. */
export interface CellBrowser {
  /** Undefined for a file that the browser cannot decode. */
  cells(bytes: Uint8Array): Promise<Cells | undefined>;
  /** Renders an HTML page to a PNG. */
  screenshot(html: string): Promise<Buffer>;
  /** Closes the page, not the browser. */
  close(): Promise<void>;
}

export async function openCellBrowser(browser: Browser): Promise<CellBrowser> {
  const page = await browser.newPage();
  return {
    cells: async (bytes) => {
      const base64 = Buffer.from(bytes).toString('base64');
      const drawn = await page.evaluate(draw, { base64, sideMax: SIDE_MAX, grounds: [...GROUNDS] });
      if (!drawn) return undefined;
      const { width, height, pixels } = drawn;
      return cellsOf(
        width,
        height,
        pixels.map((ground) => Buffer.from(ground, 'base64')),
      );
    },
    screenshot: async (html) => {
      await page.setContent(html);
      return page.screenshot({ fullPage: true });
    },
    close: () => page.context().close(),
  };
}

/** The browser APIs that are used here and missing in Node. */
interface Drawing {
  fillStyle: string;
  imageSmoothingQuality: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  drawImage(image: object, x: number, y: number, width: number, height: number): void;
  getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
}
interface PageGlobals {
  createImageBitmap(blob: Blob): Promise<{ width: number; height: number }>;
  OffscreenCanvas: new (width: number, height: number) => { getContext(kind: '2d', options: object): Drawing };
}

/** Runs in the page. */
async function draw(options: { base64: string; sideMax: number; grounds: string[] }) {
  const { createImageBitmap, OffscreenCanvas } = globalThis as unknown as PageGlobals;
  const file = Uint8Array.from(atob(options.base64), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([file])).catch(() => undefined);
  if (!image) return undefined;
  const factor = Math.min(1, options.sideMax / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * factor))) as [
    number,
    number,
  ];
  const pixels = options.grounds.map((ground) => {
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      colorSpace: 'srgb',
      willReadFrequently: true,
    });
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    let text = '';
    for (let at = 0; at < data.length; at += 32_768) text += String.fromCharCode(...data.subarray(at, at + 32_768));
    return btoa(text);
  });
  return { width, height, pixels };
}

/**
 * The mean colours of a picture's cells.
 *
 * @param grounds the picture on each background, as RGBA with 8 bits per channel
 */
export function cellsOf(width: number, height: number, grounds: readonly Uint8Array[]): Cells {
  const side = cellSide(width, height);
  const colours: number[] = [];
  for (const pixels of grounds) {
    for (let top = 0; top < height; top += side) {
      for (let left = 0; left < width; left += side)
        colours.push(...meanColour(pixels, width, height, left, top, side));
    }
  }
  return { width, height, colours };
}

function meanColour(pixels: Uint8Array, width: number, height: number, left: number, top: number, side: number) {
  const sums: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let y = top; y < Math.min(top + side, height); y++) {
    for (let x = left; x < Math.min(left + side, width); x++, count++) {
      for (const channel of [0, 1, 2] as const) sums[channel] += pixels[(y * width + x) * 4 + channel] ?? 0;
    }
  }
  return sums.map((sum) => sum / count);
}
