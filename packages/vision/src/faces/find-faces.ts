import type { Box } from '@imagemill/variants';
import { certainBoxes, type ScoredBox, withoutOverlaps } from './boxes.ts';
import { modelInput, partOfFrame, wholeFrame } from './model-input.ts';

export type FindFaces = (frame: Uint8Array) => Promise<Box[]>;

const whole: Box = { left: 0, top: 0, width: 1, height: 1 };
const quarters: readonly Box[] = [0, 0.5].flatMap((top) =>
  [0, 0.5].map((left) => ({ left, top, width: 0.5, height: 0.5 })),
);
/** If the largest face has less of the height, there may be larger ones that the model found only a part of, or none at all. */
const SMALL_FACE = 0.1;

/**
 * Loads UltraFace RFB-320 (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB). The sides of its input are half of the
 * frame's: it sees the whole frame first, and the quarters if it found nothing but small faces.
 *
 * @param model its ONNX file
 * @throws Error if the model or its runtime cannot be loaded
 */
export async function loadFaces(model: Uint8Array): Promise<FindFaces> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(model, {
    // One image at a time has a core of its own.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });

  async function facesIn(input: Float32Array, part: Box): Promise<ScoredBox[]> {
    const { width, height } = modelInput;
    const { scores, boxes } = await session.run({ input: new Tensor('float32', input, [1, 3, height, width]) });
    if (!scores || !boxes) throw new Error('The model has no scores and boxes.');
    return certainBoxes(scores.data, boxes.data, part);
  }

  return async (frame) => {
    const found = withoutOverlaps(await facesIn(wholeFrame(frame), whole));
    if (found.some(({ height }) => height >= SMALL_FACE)) return found.map(unscored);
    const inQuarters: ScoredBox[] = [];
    for (const part of quarters) {
      const [left, top] = [2 * part.left * modelInput.width, 2 * part.top * modelInput.height];
      inQuarters.push(...(await facesIn(partOfFrame(frame, left, top), part)));
    }
    return withoutOverlaps([...found, ...inQuarters]).map(unscored);
  };
}

/** Nothing else leaves this process: no confidence is kept. */
const unscored = ({ left, top, width, height }: ScoredBox): Box => ({ left, top, width, height });
