import { UnreadableError } from '@imagemill/errors';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { jobs } from '../jobs.ts';
import { readablePayload, readJob } from '../read-job.ts';
import { WebhookEvent } from './webhook-event.ts';

/** One attempt to send an event: the status of the response, or an error code. */
export const DeliveryAttempt = z.object({
  at: z.iso.datetime(),
  ms: z.int().nonnegative(),
  status: z.int().optional(),
  code: z.string().optional(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** The progress of a delivery's job: its newest attempts, including those before a replay. */
const DeliveryProgress = z.object({ attempts: z.array(DeliveryAttempt).max(20) });

export const attemptsOf = (job: Job): readonly DeliveryAttempt[] =>
  DeliveryProgress.safeParse(job.progress).data?.attempts ?? [];

export const DeliveryStatus = z.enum(['pending', 'delivered', 'failed']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** The delivery of an event, pending or finished. */
export const Delivery = WebhookEvent.omit({ data: true }).extend({
  status: DeliveryStatus,
  attempts: z.array(DeliveryAttempt).readonly(),
  nextAttemptAt: z.iso.datetime().optional(),
});
export type Delivery = Readonly<z.infer<typeof Delivery>>;

export async function deliveryStatus(job: Job): Promise<DeliveryStatus> {
  const state = await job.getState();
  return state === 'completed' ? 'delivered' : state === 'failed' ? 'failed' : 'pending';
}

/** @returns undefined if the event's job is gone or unreadable */
export async function findDelivery(queue: Queue, redis: Redis, id: string): Promise<Delivery | undefined> {
  const job = await readJob(queue, id).catch((error: unknown) => {
    if (!(error instanceof UnreadableError)) throw error;
  });
  const event = job && readablePayload(jobs.deliverWebhook.payload, job);
  if (!event) return undefined;
  const { data: _, ...delivered } = event;
  const [status, due] = await Promise.all([deliveryStatus(job), redis.zscore(queue.toKey('delayed'), id)]);
  return { ...delivered, status, attempts: attemptsOf(job), nextAttemptAt: due === null ? undefined : dueAt(due) };
}

/** BullMQ's score of a delayed job: its time in ms, and 12 bits that keep jobs of one millisecond in order. */
const dueAt = (score: string) => new Date(Math.floor(Number(score) / 0x1000)).toISOString();
