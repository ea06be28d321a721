import type { Detector } from '@imagemill/imaging';
import type { Logger } from '@imagemill/service';
import { createFaceDetector, findFaceRuntime } from '@imagemill/vision';

export interface ClosableDetector extends Detector {
  /** What it takes of the memory of its worker or edge. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** For `doctor`: the steps that the configuration asks for and this installation cannot do, and what the others are done with. Loads nothing. */
export interface Capabilities {
  readonly off: readonly string[];
  /** The runtime that finds faces. */
  readonly faces?: string;
}

export function capabilities({ FACE_DETECTION }: { readonly FACE_DETECTION: boolean }): Capabilities {
  const found = FACE_DETECTION ? findFaceRuntime() : undefined;
  if (found?.runtime) return { off: [], faces: found.runtime.name };
  return { off: found ? ['face detection'] : [] };
}

/**
 * The face detector, whose process starts with the first image that needs it. Without it, entries with the position `face` are
 * cropped as `attention`.
 *
 * @param isWanted by the configuration
 * @returns undefined if it is off or not installed, which is logged, as the runtime is
 */
export function buildDetector(isWanted: boolean, logger: Logger): ClosableDetector | undefined {
  const found = isWanted ? findFaceRuntime() : { runtime: undefined, reason: 'FACE_DETECTION is false.' };
  if (!found.runtime) {
    logger.warn({ off: 'face detection', reason: found.reason }, 'faces are not detected');
    return undefined;
  }
  const { runtime } = found;
  logger.info({ runtime: runtime.name }, 'faces are detected');
  const detector = createFaceDetector({ runtime });
  return {
    bytes: runtime.bytes,
    async detect(frame, larger) {
      try {
        return await detector.detect(frame, larger);
      } catch (err) {
        logger.warn({ err }, 'faces not found, cropping without them');
        throw err;
      }
    },
    close: () => detector.close(),
  };
}
