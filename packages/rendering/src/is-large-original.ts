const LARGE_BYTES = 16 * 1024 * 1024;

/**
 * Whether an original is one of those that are read a few at a time. Its bytes are copied several times on the way to an engine process, which takes as much
 * CPU as the rendering of a small picture: several at once would delay the pictures of everybody.
 */
export const isLargeOriginal = (bytes: number): boolean => bytes > LARGE_BYTES;
