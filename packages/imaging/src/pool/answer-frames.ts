import type { ToEngine } from '../channel/messages.ts';
import { type Detector, detectorFrame } from '../detector.ts';

const FRAME_BYTES = detectorFrame.width * detectorFrame.height * 3;

/**
 * Gives the frames of an engine process to the detector, one at a time. A hostile file may have taken over the process: it gets nothing but
 * boxes, and the detector nothing but frames of its size.
 *
 * @returns a function that takes the next frame; throws Error for one of another size, or before the last one has its answer
 */
export function answerFrames(
  detector: Detector | undefined,
  send: (message: ToEngine) => void,
): (frame: Uint8Array) => void {
  let isBusy = false;
  return (frame) => {
    if (isBusy || frame.byteLength !== FRAME_BYTES) throw new Error('An unexpected frame.');
    isBusy = true;
    const answer = (faces: Extract<ToEngine, { do: 'crop' }>['faces']) => {
      isBusy = false;
      send({ do: 'crop', faces });
    };
    if (!detector) answer(null);
    else void detector.detect(frame).then(answer, () => answer(null));
  };
}
