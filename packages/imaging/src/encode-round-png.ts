import { encoderSettings, roundPng } from '@imagemill/variants';
import type { Sharp } from 'sharp';
import type { Pixels } from './pixels.ts';

/**
 * A round png, in a palette of 256 colours unless lossless is smaller. A picture of many colours is never smaller without loss: it is
 * encoded once. `bench round-png` has the measurements.
 */
export async function encodeRoundPng(frame: Sharp, pixels: Pixels): Promise<Buffer> {
  const inPalette = await frame.clone().png(roundPng.palette).toBuffer();
  if (!hasFewColours(pixels)) return inPalette;
  const lossless = await frame.png(encoderSettings.png).toBuffer();
  return lossless.byteLength <= inPalette.byteLength ? lossless : inPalette;
}

/** Graphics have few colours for their size, photographs nearly one for each pixel. */
function hasFewColours({ data, raw: { width, height } }: Pixels): boolean {
  const coloursMax = (width * height) / roundPng.pixelsPerColour;
  const colours = new Set<number>();
  for (let offset = 0; offset < data.length; offset += 4) {
    colours.add(data.readUInt32LE(offset));
    if (colours.size > coloursMax) return false;
  }
  return true;
}
