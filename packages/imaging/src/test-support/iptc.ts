import { u32 } from './iso-boxes.ts';

/** A dataset of record 2. https://www.iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf */
export function iptcDataset(number: number, content: Buffer): Buffer {
  const head = Buffer.of(0x1c, 2, number, 0, 0);
  head.writeUInt16BE(content.length, 3);
  return Buffer.concat([head, content]);
}

export const iptcBlock = (datasets: readonly (readonly [number: number, text: string])[]): Buffer =>
  Buffer.concat(datasets.map(([number, text]) => iptcDataset(number, Buffer.from(text))));

/** An image resource of Photoshop after another one, as in a JPEG's APP13 segment. */
export function photoshopBlock(iptc: Buffer, id = 0x0404): Buffer {
  const other = resource(0x03ed, Buffer.from('odd'));
  return Buffer.concat([Buffer.from('Photoshop 3.0\0'), other, resource(id, iptc)]);
}

function resource(id: number, content: Buffer): Buffer {
  const head = Buffer.from('8BIM\0\0\0\0', 'latin1');
  head.writeUInt16BE(id, 4);
  return Buffer.concat([head, u32(content.length), content, Buffer.alloc(content.length % 2)]);
}
