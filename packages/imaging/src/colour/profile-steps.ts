import { RejectedImageError } from '../errors.ts';
import { iccTags } from './icc-tags.ts';

/**
 * Conversions by floating-point numbers, which lcms prefers to all others: steps that the profile lists itself, each with a curve in segments for each channel.
 * Tables are not counted: their values are looked up, whatever their number is. https://www.color.org/specification/ICC.1-2022-05.pdf, 9.2 and 10.16
 */
const STEP_TAGS = ['D2B0', 'D2B1', 'D2B2', 'D2B3', 'B2D0', 'B2D1', 'B2D2', 'B2D3'];
/**
 * Steps, curves and segments of one conversion. lcms evaluates all of them for some 36,000 colours of a picture, about 50 µs for each one in all: 5,000 steps in a
 * PNG of 576 bytes took 11 s. A conversion has a matrix, a table, and two or three sets of curves with few segments.
 */
const STEPS_MAX = 256;

const [ELEMENT_TABLE_AT, CURVE_TABLE_AT, SEGMENTS_AT] = [16, 12, 8];
const POSITION_BYTES = 8;

/** @throws RejectedImageError `too-complex` for a profile whose conversion has more steps than any real one */
export function requireUsualSteps(icc: Buffer | undefined): void {
  if (!icc) return;
  const tags = iccTags(icc);
  for (const name of STEP_TAGS) {
    let steps = 0;
    for (const segments of stepsOf(tags.get(name) ?? Buffer.of())) {
      steps += 1 + segments;
      if (steps > STEPS_MAX)
        throw new RejectedImageError('too-complex', new Error(`A profile of more than ${STEPS_MAX} steps.`));
    }
  }
}

/** The curves and their segments of each step, up to the end of the profile. Several steps may be the same part of it. */
function* stepsOf(tag: Buffer): Generator<number> {
  if (tag.length < ELEMENT_TABLE_AT || typeOf(tag) !== 'mpet') return;
  for (const element of positioned(tag, ELEMENT_TABLE_AT, tag.readUInt32BE(ELEMENT_TABLE_AT - 4))) {
    yield typeOf(element) === 'cvst' && element.length >= CURVE_TABLE_AT ? segmentsOf(element) : 0;
  }
}

function segmentsOf(curves: Buffer): number {
  let segments = 0;
  for (const curve of positioned(curves, CURVE_TABLE_AT, curves.readUInt16BE(SEGMENTS_AT))) {
    segments += 1 + (curve.length >= SEGMENTS_AT + 2 ? curve.readUInt16BE(SEGMENTS_AT) : 0);
    if (segments > STEPS_MAX) break;
  }
  return segments;
}

/** What a table of positions refers to: each from its start to the end of the profile. */
function* positioned(part: Buffer, tableAt: number, count: number): Generator<Buffer> {
  for (let index = 0; index < count; index++) {
    const at = tableAt + index * POSITION_BYTES;
    if (at + POSITION_BYTES > part.length) return;
    yield part.subarray(part.readUInt32BE(at));
  }
}

const typeOf = (part: Buffer) => part.toString('latin1', 0, 4);
