import type { Detector } from '@imagemill/imaging';
import type { Logger } from '@imagemill/service';
import { createFaceDetector, FACE_DETECTOR_BYTES, whyNoFaces } from '@imagemill/vision';

export interface ClosableDetector extends Detector {
  /** What it takes of the memory of its worker or edge. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** Names of the steps that the configuration asks for and this installation cannot do. Loads nothing. */
export const unavailableSteps = ({ FACE_DETECTION }: { readonly FACE_DETECTION: boolean }): string[] =>
  FACE_DETECTION && whyNoFaces() !== undefined ? ['face detection'] : [];

/**
 * The face detector, whose process starts with the first image that needs it. Without it, entries with the position `face` are
 * cropped as `attention`.
 *
 * @param isWanted by the configuration
 * @returns undefined if it is off or not installed, which is logged
 */
export function buildDetector(isWanted: boolean, logger: Logger): ClosableDetector | undefined {
  const reason = isWanted ? whyNoFaces() : 'FACE_DETECTION is false.';
  if (reason !== undefined) {
    logger.warn({ off: 'face detection', reason }, 'faces are not detected');
    return undefined;
  }
  const detector = createFaceDetector();
  return {
    bytes: FACE_DETECTOR_BYTES,
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
