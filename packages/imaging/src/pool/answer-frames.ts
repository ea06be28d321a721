import type { Box } from '@imagemill/variants';
import type { ToEngine } from '../channel/messages.ts';
import { type Detector, detectorFrame, largerFrame } from '../detector.ts';

const bytesOf = ({ width, height }: { readonly width: number; readonly height: number }) => width * height * 3;

/**
 * Gives the frames of an engine process to the detector, one picture at a time. A hostile file may have taken over the process: it gets
 * nothing but boxes, and the detector nothing but frames of its two sizes.
 *
 *     frame ─► (enlarge ─► larger frame) ─► crop
 *
 * @returns a function that takes the next frame; throws Error for one of another size, or that was not asked for
 */
export function answerFrames(
  detector: Detector | undefined,
  send: (message: ToEngine) => void,
): (frame: Uint8Array) => void {
  let isBusy = false;
  let takeLarger: ((frame: Uint8Array) => void) | undefined;

  const larger = () => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    takeLarger = resolve;
    send({ do: 'enlarge' });
    return promise;
  };
  const answer = (faces: readonly Box[] | null) => {
    isBusy = false;
    send({ do: 'crop', faces });
  };

  return (frame) => {
    // Also when the detector has an answer already: the frame was on its way when it took too long.
    if (takeLarger && frame.byteLength === bytesOf(largerFrame)) {
      takeLarger(frame);
      takeLarger = undefined;
      return;
    }
    if (isBusy || frame.byteLength !== bytesOf(detectorFrame)) throw new Error('An unexpected frame.');
    isBusy = true;
    if (!detector) answer(null);
    else void detector.detect(frame, larger).then(answer, () => answer(null));
  };
}
