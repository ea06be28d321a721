/**
 * Frees bytes that nothing reads any more. Left to the garbage collector, V8 collects its whole heap for every few images. Does nothing for
 * a part of a larger buffer, and for freed ones.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === byteLength) buffer.transfer(0);
}
