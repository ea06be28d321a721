import { RejectedImageError } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { VariantSet } from '@imagemill/variants';
import sharp from 'sharp';
import { cellsOf } from './browser-cells.ts';
import { type Cells, GROUNDS, SIDE_MAX } from './cells.ts';

const whole = VariantSet.parse([
  { name: 'whole', width: SIDE_MAX, height: SIDE_MAX, fit: 'inside', format: 'png', quality: 100 },
]);

export interface Rendered {
  readonly cells: Cells;
  readonly png: Uint8Array;
}

/** Renders pictures with the engine, at the size of the comparison. */
export async function createCellEngine() {
  const engine = await createImagingEngine();
  return {
    /** Returns the rejection's code if the picture is rejected. */
    async render(bytes: Uint8Array): Promise<Rendered | string> {
      try {
        const picture = await engine.decode(bytes, await engine.inspect(bytes), whole);
        for await (const { data } of picture.render()) return { cells: await cellsOfPng(data), png: data };
        throw new Error('The engine rendered nothing.');
      } catch (error) {
        if (error instanceof RejectedImageError) return error.code;
        throw error;
      }
    },
  };
}

async function cellsOfPng(png: Uint8Array): Promise<Cells> {
  const { width, height } = await sharp(png).metadata();
  const grounds = await Promise.all(
    GROUNDS.map((background) => sharp(png).flatten({ background }).ensureAlpha().raw().toBuffer()),
  );
  return cellsOf(width, height, grounds);
}
