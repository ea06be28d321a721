export { type Capabilities, capabilities } from './build-detector.ts';
export { buildEngine, type EngineOptions, engineLimits } from './build-engine.ts';
export { decodeWatermarks } from './decode-watermarks.ts';
export { engineEnv } from './env.ts';
export { fetchCurrentOriginal } from './fetch-current-original.ts';
export { fetchOriginal, type Original } from './fetch-original.ts';
export { isLargeOriginal } from './is-large-original.ts';
