import type { SingleFlight } from '../miss/single-flight.ts';
import type { FindImage, Finding } from './find-image.ts';

/** Concurrent look-ups of one image are one look-up, with the time limit of the flights. @throws as these do, too */
export const shareLookUps =
  (find: FindImage, flights: SingleFlight<Finding>): FindImage =>
  async (imageId, signal) =>
    (await flights(imageId, signal, (flight) => find(imageId, flight.signal))).result;
