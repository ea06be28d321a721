import { expect, test, vi } from 'vitest';
import { detectorFrame } from '../detector.ts';
import { answerFrames } from './answer-frames.ts';

const frame = new Uint8Array(detectorFrame.width * detectorFrame.height * 3);

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
