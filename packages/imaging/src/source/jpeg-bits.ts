/** Reads entropy-coded data bit by bit. ITU-T T.81, section B.1.1.5. */
export interface JpegBits {
  /** The next 16 bits; ones after the end. */
  peek(): number;
  skip(count: number): void;
  /** Whether bits after the end were skipped. */
  isOverrun(): boolean;
  /** Continues after this restart marker; returns false if it is not at this position. */
  restart(marker: number): boolean;
  /** The position after the last byte of which a bit was skipped. */
  position(): number;
}

export function jpegBits(bytes: Uint8Array, from: number): JpegBits {
  let at = from;
  let kept = 0;
  let count = 0;
  let missing = 0;

  const fill = () => {
    while (count < 24) {
      const byte = bytes[at];
      const isMarker = byte === 0xff && bytes[at + 1] !== 0;
      if (byte === undefined || isMarker) missing += 8;
      else at += byte === 0xff ? 2 : 1;
      kept = ((kept << 8) | (byte === undefined || isMarker ? 0xff : byte)) & 0x7fffffff;
      count += 8;
    }
  };
  const position = () => {
    let end = at;
    for (let unread = (count - missing) >> 3; unread > 0; unread--) {
      end -= bytes[end - 1] === 0 && bytes[end - 2] === 0xff ? 2 : 1;
    }
    return end;
  };
  return {
    peek() {
      if (count < 16) fill();
      return (kept >>> (count - 16)) & 0xffff;
    },
    skip(bits) {
      if (count < bits) fill();
      count -= bits;
    },
    isOverrun: () => missing > count,
    restart(marker) {
      at = position();
      [kept, count, missing] = [0, 0, 0];
      if (bytes[at] !== 0xff || bytes[at + 1] !== marker) return false;
      at += 2;
      return true;
    },
    position,
  };
}
