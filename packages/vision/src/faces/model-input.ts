/** Pixels that the model sees. */
export const modelInput = { width: 320, height: 240 } as const;

const { width: WIDTH, height: HEIGHT } = modelInput;
const PIXELS = WIDTH * HEIGHT;
const CHANNELS = 3;
/** A frame has twice the sides of the input. */
const ROW = 2 * WIDTH * CHANNELS;
export const frameBytes = ROW * 2 * HEIGHT;

/** The input of the model has one plane per channel, with values from -1 to 1. */
const scaled = (value: number) => (value - 127) / 128;

/** The whole frame, each pixel of which is the mean of four. @param frame RGB, 640 × 480 */
export function wholeFrame(frame: Uint8Array): Float32Array {
  return planes((channel, x, y) => {
    const at = 2 * y * ROW + 2 * x * CHANNELS + channel;
    const sum = at4(frame, at);
    return scaled(sum / 4);
  });
}

const at4 = (frame: Uint8Array, at: number) =>
  (frame[at] ?? 0) + (frame[at + CHANNELS] ?? 0) + (frame[at + ROW] ?? 0) + (frame[at + ROW + CHANNELS] ?? 0);

/** A part of the frame in its own pixels. @param left of the part, in pixels of the frame @param top as `left` */
export function partOfFrame(frame: Uint8Array, left: number, top: number): Float32Array {
  return planes((channel, x, y) => scaled(frame[(top + y) * ROW + (left + x) * CHANNELS + channel] ?? 0));
}

function planes(valueAt: (channel: number, x: number, y: number) => number): Float32Array {
  const values = new Float32Array(CHANNELS * PIXELS);
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    for (let y = 0; y < HEIGHT; y += 1) {
      const row = channel * PIXELS + y * WIDTH;
      for (let x = 0; x < WIDTH; x += 1) values[row + x] = valueAt(channel, x, y);
    }
  }
  return values;
}
