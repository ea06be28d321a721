import { totalmem } from 'node:os';
import {
  createEnginePool,
  defaultLimits,
  type EnginePool,
  type ImageLimits,
  type PoolEvent,
  type SandboxEvent,
  type Watermarks,
} from '@imagemill/imaging';
import type { Logger } from '@imagemill/service';
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import { buildDetector } from './build-detector.ts';
import type { engineEnv } from './env.ts';
import { measureEngine } from './measure-engine.ts';

const MIB = 1024 * 1024;

export interface EngineOptions {
  readonly logger: Logger;
  readonly registry: Registry;
  /** Variables of the engine processes, which inherit none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Of `createEnginePool`. */
  readonly bundleFolder?: string | undefined;
  /** MiB of memory of this process with its engine processes; a share of what the machine has if undefined. */
  readonly memoryMb: number | undefined;
  /** Of the variant sets. */
  readonly watermarks: Watermarks;
  /** Originals and other pictures that this process holds at once, in bytes. They are part of its memory. */
  readonly heldBytes: number;
}

type EngineEnv = z.output<z.ZodObject<typeof engineEnv>>;

/**
 * Starts the engine processes of a worker or an edge.
 *
 * @throws Error if the first one does not start
 */
export async function buildEngine(env: EngineEnv, options: EngineOptions): Promise<EnginePool> {
  const { logger, registry, environment, memoryMb, heldBytes, bundleFolder } = options;
  const metrics = measureEngine(registry, () => engine);
  const detector = buildDetector(env.FACE_DETECTION, logger);
  const engine = await createEnginePool({
    detector,
    slots: env.ENCODE_CONCURRENCY,
    processes: env.ENGINE_PROCESSES,
    layers: env.ENGINE_LAYERS,
    bundleFolder,
    environment,
    limits: engineLimits(env),
    watermarks: options.watermarks,
    memoryBytes: memoryMb === undefined ? availableBytes() : memoryMb * MIB,
    heldBytes: heldBytes + (detector?.bytes ?? 0),
    budget: {
      cpuMs: env.IMAGE_CPU_MS,
      wallMs: env.IMAGE_WALL_MS,
      memoryBytes: env.IMAGE_MEMORY_MB * MIB,
    },
    onEvent(event) {
      metrics.count(event);
      log(event, logger);
    },
  });
  return {
    ...engine,
    async close() {
      await Promise.all([engine.close(), detector?.close()]);
    },
  };
}

/** The limits of the engine that `buildEngine` starts. */
export const engineLimits = (env: EngineEnv): ImageLimits => ({
  ...defaultLimits,
  bytesMax: env.MAX_UPLOAD_BYTES,
  pixelsMax: env.MAX_SOURCE_PIXELS,
  sideMax: env.MAX_SOURCE_SIDE,
  framesMax: env.MAX_SOURCE_FRAMES,
});

/** The limit of the container, or half of a machine that may have other work. */
export function availableBytes(constrained = process.constrainedMemory(), total = totalmem()): number {
  // Without a limit, it is 0 or a number beyond any memory.
  return constrained > 0 && constrained < total ? constrained : total / 2;
}

function log(event: PoolEvent, logger: Logger): void {
  const { is, ...facts } = event;
  if (is === 'sandbox') logLayers(event, logger);
  else if (is === 'start-failed') logger.error({ err: event.error }, 'engine process did not start, will retry');
  else if (is === 'log') logger.warn({ engine: event.pid, line: event.line }, 'engine process');
  else if (is === 'started') logger.debug(facts, 'engine process started');
  else if (event.reason === 'replaced' || event.reason === 'closed') logger.debug(facts, 'engine process ended');
  else logger.warn(facts, 'engine process ended');
}

function logLayers({ active, missing }: SandboxEvent, logger: Logger): void {
  const reasons = Object.fromEntries(missing.map(({ layer, reason }) => [layer, reason]));
  logger.info({ active, missing: reasons }, 'layers around engine processes');
  for (const { layer, because, reason } of missing) {
    if (because !== 'program') continue;
    logger.warn({ layer, reason }, 'layer left out: engine processes do not start behind it');
  }
}
