export type { Backlog } from './backlog.ts';
export { checkRedis } from './check-redis.ts';
export { createConsumerConnection, createProducerConnection, queueEnv } from './connection.ts';
export { imageFromKey } from './image-from-key.ts';
export type { ImageStatus } from './image-status.ts';
export type { RenderImage, RenderProgress } from './jobs.ts';
export { createRenderQueue, type JobSnapshot, type RenderQueue } from './render-queue.ts';
export { createRenderWorker, type RenderContext, type RenderHandler } from './render-worker.ts';
export { createSlotTime, type SlotTime } from './slot-time.ts';
