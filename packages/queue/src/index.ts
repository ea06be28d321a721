export { type Admissions, createAdmissions, type IssuedTicket } from './admissions.ts';
export type { Backlog } from './backlog.ts';
export { checkRedis } from './check-redis.ts';
export { createConsumerConnection, createProducerConnection, createReaderConnection, queueEnv } from './connection.ts';
export { DeadLetterPage } from './dead-letters.ts';
export { type DeliveryAttempt, DeliveryStatus } from './delivery.ts';
export {
  createDeliveryWorker,
  type DeliverEvent,
  type DeliveryWorker,
  type SendResult,
} from './delivery-worker.ts';
export { QueueUnavailableError } from './errors.ts';
export { EventId, type EventPayload, EventType, eventId } from './event.ts';
export { createEventQueue, DeliveryPage, type EventQueue } from './event-queue.ts';
export { followImageChanges, type ImageChangesOptions } from './image-changes.ts';
export { imageFromKey } from './image-from-key.ts';
export { createImageIndex, type ImageIndex } from './image-index.ts';
export type { ImageStatus } from './image-status.ts';
export type { MultipartOfImage, RenderImage, RenderProgress } from './jobs.ts';
export { createQueueViews } from './queue-views.ts';
export { createRenderQueue, type JobSnapshot, type RenderQueue } from './render-queue.ts';
export { createRenderWorker, type RenderContext, type RenderHandler } from './render-worker.ts';
export { createRounds, type Round, type Rounds } from './rounds.ts';
export { createSlotTime, type SlotTime } from './slot-time.ts';
