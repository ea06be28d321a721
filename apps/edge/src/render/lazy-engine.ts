import type { EnginePool, ImagingEngine } from '@imagemill/imaging';

export interface EdgeEngine extends ImagingEngine {
  close(): Promise<void>;
}

/** An engine whose processes start when they are needed first. A start that fails is repeated by the next call. */
export function createLazyEngine(limits: ImagingEngine['limits'], start: () => Promise<EnginePool>): EdgeEngine {
  let started: Promise<EnginePool> | undefined;

  function engine(): Promise<EnginePool> {
    started ??= start().catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  }

  return {
    limits,
    inspect: async (...args) => (await engine()).inspect(...args),
    decode: async (...args) => (await engine()).decode(...args),
    free: (bytes) => void started?.then((pool) => pool.free(bytes)),
    close: async () => (await started)?.close(),
  };
}
