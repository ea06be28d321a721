export { type Admissions, createAdmissions, type IssuedTicket } from './admission/admissions.ts';
export { createImageIndex, type ImageIndex } from './admission/image-index.ts';
export { createTenantMemory, type ReadTenantMemory, TenantMemory } from './admission/tenant-memory.ts';
export type { Backlog } from './backlog/backlog.ts';
export { createSlotTime, type SlotTime } from './backlog/slot-time.ts';
export { checkRedis } from './connection/check-redis.ts';
export {
  createConsumerConnection,
  createProducerConnection,
  createReaderConnection,
  redisAddress,
} from './connection/connection.ts';
export type { RedisAddress } from './connection/redis-address.ts';
export { QueueUnavailableError, translateRedisErrors } from './connection/redis-errors.ts';
export { type RedisHealth, readRedisHealth, readRedisMemory } from './connection/redis-health.ts';
export { type RedisProgram, redisPrograms, redisUserRules } from './connection/redis-users.ts';
export { DeadLetterPage } from './crashes/dead-letters.ts';
export { queueEnv, turnsEnv } from './env.ts';
export { createEventProbes, type EventProbes } from './event-probes.ts';
export { createFingerprints, type Fingerprints } from './fingerprints/fingerprints.ts';
export { type FindUploads, type LookLaneOptions, runLookLane } from './looks/look-lane.ts';
export type { UploadLook } from './looks/upload-looks.ts';
export { type Breaker, createBreaker, type OutageChange } from './outages/breaker.ts';
export type { Dependency } from './outages/dependency.ts';
export { createOutages, type Outages } from './outages/outages.ts';
export { redisDependency } from './outages/redis-dependency.ts';
export { FailedPurgePage } from './purges/failed-purges.ts';
export type { Purge, PurgeReason } from './purges/purge.ts';
export { followPurges, type RecentPurges } from './purges/purge-log.ts';
export { createPurgeQueue, type PurgeQueue } from './purges/purge-queue.ts';
export { createPurgeWorker, type SendPurge } from './purges/purge-worker.ts';
export { createQueueViews } from './queue-views.ts';
export { followImageChanges, type ImageChangesOptions } from './render/image-changes.ts';
export type { ImageStatus } from './render/image-status.ts';
export { createRenderQueue, type JobSnapshot, type RenderQueue } from './render/render-queue.ts';
export {
  createRenderWorker,
  type Postponed,
  postponements,
  type RenderContext,
  type RenderHandler,
} from './render/render-worker.ts';
export { createRounds, type Round, type Rounds } from './rounds.ts';
export type { GivenBack } from './run-job.ts';
export type { JobRunner } from './run-jobs.ts';
export { type DeliveryAttempt, DeliveryStatus } from './webhooks/delivery.ts';
export {
  createDeliveryWorker,
  type DeliverWebhook,
  type SendResult,
} from './webhooks/delivery-worker.ts';
export { type WebhookEvent, WebhookEventId, WebhookEventType, webhookEventId } from './webhooks/webhook-event.ts';
export { createWebhookQueue, DeliveryPage, type WebhookQueue } from './webhooks/webhook-queue.ts';
