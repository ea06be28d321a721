/** A box of an ISO base media file. ISO/IEC 14496-12, section 4.2. */
export function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body]);
}

export const fullBox = (type: string, version: number, ...content: Buffer[]) =>
  box(type, Buffer.of(version, 0, 0, 0), ...content);

export function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
}

export function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** The start of a `meta` box with that item as its picture. ISO/IEC 23008-12, section 6 */
export const metaHead = (primary = 1) => [
  fullBox('hdlr', 0, Buffer.from('\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0')),
  fullBox('pitm', 0, u16(primary)),
];
