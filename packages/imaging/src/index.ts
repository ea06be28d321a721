export { createImagingEngine, type EngineOptions, type ImagingEngine } from './engine.ts';
export { RejectedImageError, type RejectionCode } from './errors.ts';
export { defaultLimits, type ImageLimits } from './limits.ts';
export type { Picture, PictureSummary, RenderedVariant } from './picture.ts';
export { planRenditions, type RenditionPlan } from './plan.ts';
