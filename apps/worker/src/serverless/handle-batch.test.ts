import type { RenderHandler } from '@imagemill/queue';
import { createLogger } from '@imagemill/service';
import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import type { SQSEvent } from 'aws-lambda';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createHandleBatch } from './handle-batch.ts';

const imageId = ImageId.parse(uuidv7());
const key = originalKey({ tenant: Tenant.parse('acme'), category: 'product', imageId, contentType: 'image/jpeg' });
const s3 = { bucket: { name: 'originals' }, object: { key } };

function event(receives: number, redrives?: number): SQSEvent {
  const redriven = { redrives: { dataType: 'Number', stringValue: String(redrives) } };
  const record = {
    messageId: 'm',
    receiptHandle: 'handle',
    body: JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] }),
    attributes: { ApproximateReceiveCount: String(receives) },
    messageAttributes: redrives === undefined ? {} : redriven,
  };
  return { Records: [record] } as unknown as SQSEvent;
}

/** Runs one message. @returns the seconds after which it is received again; undefined if it was handled */
async function run(render: RenderHandler, sent: SQSEvent, remainingMs = 100_000): Promise<number | undefined> {
  let afterSeconds: number | undefined;
  const handle = createHandleBatch({
    render,
    bucket: 'originals',
    imageMs: 10,
    logger: createLogger('lambda', 'silent'),
    retryLater: async (_receiptHandle, seconds) => {
      afterSeconds = seconds;
    },
  });
  const { batchItemFailures } = await handle(sent, { getRemainingTimeInMillis: () => remainingMs });
  expect(batchItemFailures).toEqual(afterSeconds === undefined ? [] : [{ itemIdentifier: 'm' }]);
  return afterSeconds;
}

test('a render that still runs shortly before the end of the function is stopped, and its message fails', async () => {
  const untilStopped: RenderHandler = (_image, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  expect(await run(untilStopped, event(1), 8_050)).toBe(30);
});

test('failures wait longer each time, and the last one becomes a dead letter at once', async () => {
  const failing: RenderHandler = () => Promise.reject(new Error('failed'));
  const waits = [await run(failing, event(1)), await run(failing, event(2)), await run(failing, event(3))];
  expect(waits).toEqual([30, 120, 0]);
});

test('a postponed image is received again when its run asks for it', async () => {
  const busy: RenderHandler = async () => ({ outcome: 'postponed', reason: 'moderation-busy', retryAfterMs: 1_200 });
  expect(await run(busy, event(1))).toBe(2);
});

test.each([
  [1, undefined, 0, false],
  [3, undefined, 2, true],
  [1, 2, 6, false],
])('receive %i after %s redrives follows %i attempts', async (receives, redrives, attempts, isLast) => {
  const seen: unknown[] = [];
  const noting: RenderHandler = async (image, { attemptsMade, isLastAttempt }) => {
    seen.push([image.imageId, attemptsMade, isLastAttempt]);
    return { outcome: 'ready' };
  };
  expect(await run(noting, event(receives, redrives))).toBeUndefined();
  expect(seen).toEqual([[imageId, attempts, isLast]]);
});
