import { readAvifItems } from './avif-items.ts';
import type { CodePoints } from './code-points.ts';

/** Colour information of a HEIC file. */
export interface HeicColour {
  /** Undefined if the file has none; the decoder applies its matrix and range. */
  readonly codePoints: CodePoints | undefined;
  /** An ICC profile takes precedence. */
  readonly hasProfile: boolean;
}

/** Undefined if the boxes can't be read: the decoder decides whether to reject such a file. */
export function readHeicColour(bytes: Uint8Array): HeicColour | undefined {
  try {
    const items = readAvifItems(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const boxes = items
      .properties(items.primary)
      .filter(({ type }) => type === 'colr')
      .map(({ content }) => ({ type: content.toString('latin1', 0, 4), content }));
    const nclx = boxes.find(({ type }) => type === 'nclx')?.content;
    return {
      codePoints: nclx && { primaries: nclx.readUInt16BE(4), transfer: nclx.readUInt16BE(6) },
      hasProfile: boxes.some(({ type }) => type === 'prof' || type === 'rICC'),
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
