export type { ImagingEngine } from './engine.ts';
export { EngineBusyError, RejectedImageError, type RejectionCode, TookTooLongError } from './errors.ts';
export { defaultLimits, type ImageLimits } from './limits.ts';
export type { Picture, PictureSummary, RenderedVariant } from './picture.ts';
export { planRenditions, type RenditionPlan } from './plan.ts';
export { createEnginePool, defaultBudget, type EnginePool } from './pool/create-engine-pool.ts';
export { endReasons } from './pool/engine-process.ts';
export type { PoolEvent } from './pool/pool-event.ts';
