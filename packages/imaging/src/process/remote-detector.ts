import type { Box } from '@imagemill/variants';
import type { FromEngine } from '../channel/messages.ts';
import type { Detector } from '../detector.ts';

/** The detector of the worker, from which an engine process asks for the faces of one frame after the other. */
export interface RemoteDetector extends Detector {
  /** The worker's answer; null if the detector has failed. */
  answered(faces: readonly Box[] | null): void;
}

export function createRemoteDetector(send: (message: FromEngine, frame: Uint8Array) => void): RemoteDetector {
  let waiting: PromiseWithResolvers<readonly Box[]> | undefined;
  return {
    detect(frame) {
      if (waiting) return Promise.reject(new Error('Another frame has no answer yet.'));
      waiting = Promise.withResolvers();
      send({ is: 'frame' }, frame);
      return waiting.promise;
    },
    answered(faces) {
      if (faces) waiting?.resolve(faces);
      else waiting?.reject(new Error('The faces were not found.'));
      waiting = undefined;
    },
  };
}
