import { crc32, deflateSync } from 'node:zlib';

/** Adobe RGB (1998) as an ICC matrix profile: https://www.color.org/specification/ICC.1-2022-05.pdf */
function adobeRgbProfile(): Buffer {
  const tags: [name: string, data: Buffer][] = [
    ['wtpt', xyz(0.9505, 1, 1.0891)],
    ['rXYZ', xyz(0.60974, 0.31111, 0.01947)],
    ['gXYZ', xyz(0.20528, 0.62567, 0.06087)],
    ['bXYZ', xyz(0.14919, 0.06322, 0.74457)],
    ...['rTRC', 'gTRC', 'bTRC'].map((name): [string, Buffer] => [name, gamma(563 / 256)]),
  ];
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  let offset = 128 + table.length;
  for (const [index, [name, data]] of tags.entries()) {
    table.write(name, 4 + 12 * index, 'latin1');
    table.writeUInt32BE(offset, 8 + 12 * index);
    table.writeUInt32BE(data.length, 12 + 12 * index);
    offset += data.length;
  }
  return Buffer.concat([header(offset), table, ...tags.map(([, data]) => data)]);
}

function header(length: number): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32BE(length);
  bytes.writeUInt32BE(0x02_10_00_00, 8);
  bytes.write('mntrRGB XYZ ', 12, 'latin1');
  bytes.write('acsp', 36, 'latin1');
  xyz(0.9642, 1, 0.8249).copy(bytes, 68, 8);
  return bytes;
}

function xyz(...values: number[]): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.write('XYZ ', 'latin1');
  for (const [index, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), 8 + 4 * index);
  return bytes;
}

function gamma(value: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.write('curv', 'latin1');
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt16BE(Math.round(value * 256), 12);
  return bytes;
}

/** Says of a PNG that its numbers are Adobe RGB. */
export function asAdobeRgb(png: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from('iCCPAdobe RGB\0\0', 'latin1'), deflateSync(adobeRgbProfile())]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length - 4);
  checksum.writeUInt32BE(crc32(content));
  const afterHeader = 8 + 25;
  return Buffer.concat([png.subarray(0, afterHeader), length, content, checksum, png.subarray(afterHeader)]);
}
