import type { SQSRecord } from 'aws-lambda';

/** The attribute of a message that counts its redrives. SQS keeps it when a message becomes a dead letter. */
export const REDRIVES = 'redrives';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * How long after it was sent a dead letter is redriven, by the redrives that it has had. The first one is due at once: an outage may just have
 * ended. A letter that fails again after all of them is the fault of its image or of our code, and is parked for an operator.
 */
const WAITS_MS = [0, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS];

/** @param sentAt when the letter was sent to the renderer, in ms since 1970 @returns undefined if it has had its redrives */
export const redriveAt = (redrives: number, sentAt: number): number | undefined => {
  const waitMs = WAITS_MS[redrives];
  return waitMs === undefined ? undefined : sentAt + waitMs;
};

/** As in the redrive policy of the queue. */
export const RECEIVES_MAX = 3;

/** Each redrive came after all receives of one round. */
export const receivesBefore = ({ messageAttributes }: Pick<SQSRecord, 'messageAttributes'>): number =>
  RECEIVES_MAX * redrivesIn(messageAttributes[REDRIVES]?.stringValue);

export function redrivesIn(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
}
