export { createConsumerConnection, createProducerConnection, queueEnv } from './connection.ts';
export { QueueUnavailableError } from './errors.ts';
export { imageFromKey } from './image-from-key.ts';
export { type ImageStatus, imageStatus } from './image-status.ts';
export { jobs, RenderImage, type RenderOutcome, RenderProgress } from './jobs.ts';
export { createRenderQueue, type JobSnapshot, type RenderQueue } from './render-queue.ts';
export { createRenderWorker, type RenderContext, type RenderHandler, type RenderWorker } from './render-worker.ts';
export { retryPolicy, uploadCheckDelayMs } from './retry-policy.ts';
