import type { Lane } from '@imagemill/imaging';
import type { FoundImage } from './render-order.ts';

/**
 * As in a worker. The bytes of an original are copied several times on the way to an engine process, which for a large one takes as much CPU as the
 * rendering of a small picture: several at once would delay the pictures of everybody.
 */
const LARGE_BYTES = 16 * 1024 * 1024;

/** The lane of a render's place. At most half of the places are heavy ones: large originals are read in these only. */
export const placeLane = ({ originalBytes }: Pick<FoundImage, 'originalBytes'>): Lane =>
  originalBytes > LARGE_BYTES ? 'heavy' : 'light';
