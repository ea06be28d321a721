import { describe, expect, test, vi } from 'vitest';
import { type Detector, detectorFrame, largerFrame } from '../detector.ts';
import { answerFrames } from './answer-frames.ts';

const frame = new Uint8Array(detectorFrame.width * detectorFrame.height * 3);
const large = new Uint8Array(largerFrame.width * largerFrame.height * 3);
const face = { left: 0.1, top: 0.1, width: 0.1, height: 0.1 };

test('a frame of another size, and one before the last one is answered, are invalid', async () => {
  const { promise, resolve } = Promise.withResolvers<[]>();
  const send = vi.fn();
  const onFrame = answerFrames({ detect: () => promise }, send);
  expect(() => onFrame(frame.subarray(1))).toThrow('unexpected');
  onFrame(frame);
  expect(() => onFrame(frame)).toThrow('unexpected');
  resolve([]);
  await vi.waitUntil(() => send.mock.calls.length > 0);
  expect(send).toHaveBeenCalledExactlyOnceWith({ do: 'crop', faces: [] });
  onFrame(frame);
});

test('a process gets null if faces cannot be looked for', async () => {
  const send = vi.fn();
  answerFrames(undefined, send)(frame);
  answerFrames({ detect: () => Promise.reject(new Error('no')) }, send)(frame);
  await vi.waitUntil(() => send.mock.calls.length === 2);
  expect(send).toHaveBeenCalledWith({ do: 'crop', faces: null });
});

describe('a larger frame', () => {
  const looksCloser: Detector = {
    detect: async (_frame, larger) => ((await larger()) === large ? [face] : []),
  };

  test('is taken once, after it was asked for', async () => {
    const send = vi.fn();
    const onFrame = answerFrames(looksCloser, send);
    expect(() => onFrame(large)).toThrow('unexpected');
    onFrame(frame);
    expect(send).toHaveBeenLastCalledWith({ do: 'enlarge' });
    expect(() => onFrame(frame)).toThrow('unexpected');
    onFrame(large);
    await vi.waitUntil(() => send.mock.calls.length === 2);
    expect(send).toHaveBeenLastCalledWith({ do: 'crop', faces: [face] });
    expect(() => onFrame(large)).toThrow('unexpected');
  });

  test('that comes after the answer is ignored, and the next picture is examined', async () => {
    const send = vi.fn();
    const impatient: Detector = {
      detect: (_frame, larger) => {
        void larger();
        return Promise.reject(new Error('It took too long.'));
      },
    };
    const onFrame = answerFrames(impatient, send);
    onFrame(frame);
    await vi.waitUntil(() => send.mock.calls.length === 2);
    onFrame(large);
    onFrame(frame);
    await vi.waitUntil(() => send.mock.calls.length === 4);
    expect(send.mock.calls.map(([message]) => message.do)).toEqual(['enlarge', 'crop', 'enlarge', 'crop']);
  });
});
