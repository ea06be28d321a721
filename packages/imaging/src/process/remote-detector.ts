import type { Box } from '@imagemill/variants';
import type { FromEngine } from '../channel/messages.ts';
import type { Detector } from '../detector.ts';

/** The detector of the worker, from which an engine process asks for the faces of one picture after the other. */
export interface RemoteDetector extends Detector {
  /** The worker asks for the larger frame. */
  enlarge(): void;
  /** The worker's answer; null if the detector has failed. */
  answered(faces: readonly Box[] | null): void;
}

interface Waiting extends PromiseWithResolvers<readonly Box[]> {
  readonly larger: () => Promise<Uint8Array>;
}

export function createRemoteDetector(send: (message: FromEngine, frame: Uint8Array) => void): RemoteDetector {
  let waiting: Waiting | undefined;
  return {
    detect(frame, larger) {
      if (waiting) return Promise.reject(new Error('Another picture has no answer yet.'));
      waiting = { ...Promise.withResolvers(), larger };
      send({ is: 'frame' }, frame);
      return waiting.promise;
    },
    enlarge() {
      const asked = waiting;
      asked?.larger().then(
        // The worker may have answered in the meantime: it has waited long enough.
        (frame) => asked === waiting && send({ is: 'frame' }, frame),
        asked.reject,
      );
    },
    answered(faces) {
      if (faces) waiting?.resolve(faces);
      else waiting?.reject(new Error('The faces were not found.'));
      waiting = undefined;
    },
  };
}
