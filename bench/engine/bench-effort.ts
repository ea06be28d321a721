import sharp from 'sharp';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { makeSource } from './sources.ts';

/** Widths in pixels of a 4:3 picture. */
const widths = [1200, 2400] as const;
/** libaom accepts up to 9, which takes minutes; the schema of variants allows at most 4. */
const efforts = [0, 1, 2, 3, 4, 5, 6] as const;

/**
 * CPU of one avif encode by effort, which counts against the limit of an image. The source is a detailed mosaic of
 * photographs, at quality 60; libaom's cost is proportional to the pixels.
 */
export async function benchEffort({ quick }: { quick: boolean }): Promise<void> {
  sharp.concurrency(1);
  const rows: string[][] = [];
  for (const effort of quick ? efforts.slice(0, 3) : efforts) {
    const row = [String(effort)];
    for (const width of quick ? widths.slice(0, 1) : widths) {
      const seconds = await encodeSeconds(width, effort);
      const megapixels = (width * width * 0.75) / 1e6;
      row.push(seconds.toFixed(1), (seconds / megapixels).toFixed(2));
    }
    rows.push(row);
    console.log(row.join(' '));
  }
  const columns = widths.flatMap((width) => [`${width} px: CPU s`, 's per megapixel']);
  console.log(`\n${JSON.stringify(machine())}\n\n${markdownTable(['avif effort', ...columns], rows)}`);
}

async function encodeSeconds(width: number, effort: number): Promise<number> {
  const { path } = await makeSource(6, 'baseline jpeg');
  const { data, info } = await sharp(path)
    .resize(width, (width * 3) / 4, { fit: 'cover' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const before = process.cpuUsage();
  await sharp(data, { raw: info }).avif({ quality: 60, effort, chromaSubsampling: '4:2:0' }).toBuffer();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
