export { buildEngine, type EngineOptions, engineLimits } from './build-engine.ts';
export { engineEnv } from './env.ts';
export { fetchOriginal } from './fetch-original.ts';
