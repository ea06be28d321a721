import sharp from 'sharp';
import type { Labelled } from './labelled.ts';
import type { ShownCrop } from './shown-crop.ts';

interface Row {
  readonly picture: Labelled;
  readonly crops: Readonly<Record<'face' | 'attention' | 'centre', ShownCrop>>;
}

const THUMB = 120;
const GAP = 6;
const COLUMNS = 4;
const CELL = { width: 4 * (THUMB + GAP) + 2 * GAP, height: THUMB + 2 * GAP };

/** Each picture, and beside it its crops by face, by attention and at the centre. Without labels: engines block the loader of SVG. */
export async function contactSheet(rows: readonly Row[]): Promise<Buffer> {
  const cells = await Promise.all(rows.map(cellOf));
  const height = Math.ceil(cells.length / COLUMNS) * CELL.height;
  return sharp({ create: { width: COLUMNS * CELL.width, height, channels: 3, background: '#ffffff' } })
    .composite(
      cells.map((input, index) => ({
        input,
        left: (index % COLUMNS) * CELL.width,
        top: Math.floor(index / COLUMNS) * CELL.height,
      })),
    )
    .webp({ quality: 70 })
    .toBuffer();
}

async function cellOf({ picture, crops }: Row): Promise<Buffer> {
  const upright = await sharp(picture.bytes).autoOrient().toBuffer();
  const small = await sharp(upright).resize(THUMB, THUMB, { fit: 'contain', background: '#ffffff' }).toBuffer();
  const shown = [crops.face, crops.attention, crops.centre].map(({ crop, whole }) =>
    sharp(upright)
      .resize(whole.width, whole.height, { fit: 'fill' })
      .toBuffer()
      .then((scaled) => sharp(scaled).extract(crop).resize(THUMB, THUMB).toBuffer()),
  );
  const pictures = [small, ...(await Promise.all(shown))];
  return sharp({ create: { ...CELL, channels: 3, background: '#ffffff' } })
    .composite(pictures.map((input, index) => ({ input, left: GAP + index * (THUMB + GAP), top: GAP })))
    .png()
    .toBuffer();
}
