import type { SingleFlight } from '../miss/single-flight.ts';
import type { FindImage, Finding } from './find-image.ts';

/** Concurrent look-ups of one image are one look-up. @throws as the flights do, too */
export const shareLookUps =
  (find: FindImage, flights: SingleFlight<Finding>): FindImage =>
  async (imageId, signal) =>
    (await flights(imageId, signal, (flight) => find(imageId, flight.signal))).result;
