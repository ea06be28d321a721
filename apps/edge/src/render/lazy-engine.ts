import type { EnginePool, ImagingEngine } from '@imagemill/imaging';

/** Images that an engine has at once, and the heavy ones of them. */
export type EnginePlaces = Pick<EnginePool, 'size' | 'heavyMax'>;

export interface EdgeEngine extends ImagingEngine, EnginePlaces {
  close(): Promise<void>;
}

/**
 * An engine whose processes start when they are needed first. A start that fails is repeated by the next call.
 *
 * @param planned the places until then; the memory may allow fewer
 */
export function createLazyEngine(
  limits: ImagingEngine['limits'],
  planned: EnginePlaces,
  start: () => Promise<EnginePool>,
): EdgeEngine {
  let started: Promise<EnginePool> | undefined;
  let places = planned;

  function engine(): Promise<EnginePool> {
    started ??= start().then(
      (pool) => {
        places = pool;
        return pool;
      },
      (error: unknown) => {
        started = undefined;
        throw error;
      },
    );
    return started;
  }

  return {
    limits,
    get size() {
      return places.size;
    },
    get heavyMax() {
      return places.heavyMax;
    },
    inspect: async (...args) => (await engine()).inspect(...args),
    decode: async (...args) => (await engine()).decode(...args),
    free: (bytes) => void started?.then((pool) => pool.free(bytes)),
    close: async () => (await started)?.close(),
  };
}
