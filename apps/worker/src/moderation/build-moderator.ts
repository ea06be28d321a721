import type { ImagingEngine } from '@imagemill/imaging';
import { createPreviews } from '@imagemill/manifests';
import { type Logger, StartUpError } from '@imagemill/service';
import { type Categories, moderatedCategories } from '@imagemill/variants';
import type { Registry } from 'prom-client';
import type { Backends } from '../backends.ts';
import type { RenderEnv } from '../render/env.ts';
import { createAskService } from './ask-service.ts';
import { createModerator, type Moderator } from './moderate.ts';
import { createModerationMetrics } from './moderation-metrics.ts';
import { createPatientService } from './patient-service.ts';

interface ModerationOptions {
  readonly engine: ImagingEngine;
  readonly categories: Categories;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * The moderator; undefined if no service is configured.
 *
 * @throws StartUpError if there is none although a category is moderated: its images could never be published
 */
export function buildModerator(
  env: RenderEnv & { readonly WORKER_CONCURRENCY: number },
  { originals }: Pick<Backends, 'originals'>,
  { engine, categories, logger, registry }: ModerationOptions,
): Moderator | undefined {
  const { MODERATION_URL: url, MODERATION_SECRETS: secrets } = env;
  if (url === undefined || secrets === undefined) {
    const moderated = moderatedCategories(categories);
    if (moderated.length === 0) return undefined;
    throw new StartUpError('Images cannot be moderated:', [`MODERATION_URL is not set, for ${moderated.join(', ')}`]);
  }
  const timeoutMs = env.MODERATION_TIMEOUT_MS;
  const ask = createAskService({ url, secrets, timeoutMs, allowPrivate: env.MODERATION_ALLOW_PRIVATE });
  const service = createPatientService(ask);
  return createModerator({
    engine,
    service,
    logger,
    previews: createPreviews(originals),
    originals: env.MODERATION_SEND_ORIGINAL ? originals : undefined,
    whenDown: env.MODERATION_WHEN_DOWN,
    slotsMax: Math.max(1, Math.floor(env.WORKER_CONCURRENCY / 2)),
    metrics: createModerationMetrics(registry, service.isDown),
  });
}
