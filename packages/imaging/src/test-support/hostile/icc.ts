import { u16, u32 } from '../iso-boxes.ts';
import { rgbProfile } from '../profiles.ts';

/**
 * A profile whose conversion by floating-point numbers has that many steps, each with the same curve of so many segments for each channel. They are all the same
 * part of the profile. https://www.color.org/specification/ICC.1-2022-05.pdf, 10.16
 */
export function manyStepsProfile(steps: number, segments: number): Buffer {
  const step = curves(segments);
  const at = 16 + 8 * steps;
  const table = Buffer.alloc(8 * steps, u32(at, step.length));
  return rgbProfile('srgb-linear', [['D2B0', Buffer.concat([typed('mpet'), u16(3, 3), u32(steps), table, step])]]);
}

function curves(segments: number): Buffer {
  const at = 12 + 3 * 8;
  const breaks = Array.from({ length: segments - 1 }, (_, index) => float(2 + index));
  const segment = Buffer.concat([typed('parf'), u16(0, 0), ...[1, 1, 0, 0].map(float)]);
  const curve = Buffer.concat([
    typed('curf'),
    u16(segments, 0),
    ...breaks,
    Buffer.alloc(segments * segment.length, segment),
  ]);
  const place = u32(at, curve.length);
  return Buffer.concat([typed('cvst'), u16(3, 3), place, place, place, curve]);
}

const typed = (type: string) => Buffer.from(`${type}\0\0\0\0`);

function float(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes;
}
