/** Start and step of each pass of an interlaced PNG. https://www.w3.org/TR/png-3/#8Interlace */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const whole = [[0, 0, 1, 1]] as const;
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const HEADER_BYTES = 13;

/**
 * Bytes of a PNG's pixels before compression, with the filter type of each row. https://www.w3.org/TR/png-3/#7Scanline
 *
 * @param header content of IHDR
 * @returns undefined for a header that a decoder rejects
 */
export function pngRawBytes(header: Buffer): number | undefined {
  if (header.length < HEADER_BYTES) return undefined;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth = 0, type = 0, , , interlace] = header.subarray(8);
  const channels = channelsOf[type];
  if (channels === undefined) return undefined;
  return (interlace === 1 ? passes : whole).reduce((sum, [left, top, across, down]) => {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    const isEmpty = columns <= 0 || rows <= 0;
    return isEmpty ? sum : sum + rows * (1 + Math.ceil((columns * channels * depth) / 8));
  }, 0);
}
