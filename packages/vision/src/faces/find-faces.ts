import type { Box } from '@imagemill/variants';
import { certainBoxes, type ScoredBox, withoutOverlaps } from './boxes.ts';
import { fillInput, modelInput, newInput } from './model-input.ts';

type OnnxRuntime = typeof import('onnxruntime-node');

export interface Found {
  readonly faces: readonly ScoredBox[];
  /** False if there are no faces, or only very small ones: there may be others in the quarters of a larger frame. */
  readonly isSure: boolean;
}

export interface FaceFinder {
  /** @param frame RGB, of the size that the model sees */
  inWhole(frame: Uint8Array): Promise<Found>;
  /** @param larger RGB, of the same picture with twice the sides @param found in the whole */
  inQuarters(larger: Uint8Array, found: readonly ScoredBox[]): Promise<Found>;
}

const whole: Box = { left: 0, top: 0, width: 1, height: 1 };
const quarters: readonly Box[] = [0, 0.5].flatMap((top) =>
  [0, 0.5].map((left) => ({ left, top, width: 0.5, height: 0.5 })),
);
/** If the largest face has less of the height, there may be larger ones that the model found only a part of, or none at all. */
const SMALL_FACE = 0.06;

/**
 * Loads UltraFace RFB-320 (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB).
 *
 * @param model its ONNX file
 * @param runtime URL of the main module of onnxruntime-node or onnxruntime-web
 * @throws Error if the model or its runtime cannot be loaded
 */
export async function loadFaces(model: Uint8Array, runtime: string): Promise<FaceFinder> {
  const loaded: OnnxRuntime & { readonly default?: OnnxRuntime } = await import(runtime);
  const { InferenceSession, Tensor, env } = loaded.default ?? loaded;
  // Of WebAssembly: with more, it would start threads, which need files of their own.
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(model, {
    // One image at a time has a core of its own.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const { width, height } = modelInput;
  const values = newInput();
  const input = new Tensor('float32', values, [1, 3, height, width]);

  async function facesIn(part: Box, frame: Uint8Array): Promise<ScoredBox[]> {
    fillInput(values, frame, { left: 2 * part.left * width, top: 2 * part.top * height });
    const { scores, boxes } = await session.run({ input });
    if (!scores || !boxes) throw new Error('The model has no scores and boxes.');
    return certainBoxes(scores.data, boxes.data, part);
  }

  return {
    async inWhole(frame) {
      const faces = withoutOverlaps(await facesIn(whole, frame));
      return { faces, isSure: faces.some(({ height }) => height >= SMALL_FACE) };
    },
    async inQuarters(larger, found) {
      const all = [...found];
      for (const part of quarters) all.push(...(await facesIn(part, larger)));
      return { faces: withoutOverlaps(all), isSure: true };
    },
  };
}
