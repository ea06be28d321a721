import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createPreviews } from '@imagemill/manifests';
import { createLogger } from '@imagemill/service';
import { Registry } from 'prom-client';
import { createAskService } from '../moderation/ask-service.ts';
import { createModerator } from '../moderation/moderate.ts';
import { createModerationMetrics } from '../moderation/moderation-metrics.ts';
import { createPatientService } from '../moderation/patient-service.ts';
import { engine, storage } from './render-harness.ts';
import { newSecret, startReceiver, verified } from './webhook-harness.ts';

interface Asked {
  readonly imageId: string;
  readonly preview: { readonly url: string; readonly expiresAt: string };
  readonly original?: { readonly url: string };
  readonly [field: string]: unknown;
}

/** A valid answer about the image, sent as JSON. */
export const answerWith = (response: ServerResponse, asked: Asked, answer: object) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ imageId: asked.imageId, ...answer }));

interface ModerationOptions {
  readonly answer: (response: ServerResponse, asked: Asked, index: number) => void;
  readonly whenDown?: 'hold' | 'pass';
  readonly timeoutMs?: number;
  readonly openMs?: number;
  readonly slotsMax?: number;
  readonly allowPrivate?: boolean;
  readonly sendsOriginal?: boolean;
}

/** The real moderator, and a service of this test at a real address, which verifies each signature. */
export async function startModeration(options: ModerationOptions) {
  const { answer, whenDown = 'hold', timeoutMs = 5_000, openMs = 60_000, allowPrivate = true } = options;
  const secret = newSecret();
  const asked: (Asked & { readonly id: string })[] = [];
  const service = await startReceiver((response, index) => {
    const message = service.received[index] as (typeof service.received)[number];
    const data = verified(secret, message).data as unknown as Asked;
    asked.push({ ...data, id: message.id });
    answer(response, data, index);
  });
  const ask = createAskService({ url: service.url, secrets: [secret], timeoutMs, allowPrivate });
  const patient = createPatientService(ask, { retryAfterMs: 1, openMs });
  const registry = new Registry();
  const previews = createPreviews(storage);
  const moderator = createModerator({
    engine,
    previews,
    whenDown,
    service: patient,
    originals: options.sendsOriginal ? storage : undefined,
    slotsMax: options.slotsMax ?? 2,
    metrics: createModerationMetrics(registry, patient.isDown),
    logger: createLogger('worker', 'silent'),
  });
  return { moderator, previews, asked, received: service.received, registry };
}

/** A moderated category, named `shots`, with one small rendition. Its revision is its own: tests do not meet in it. */
export const moderatedSets = () => ({
  shots: {
    moderation: true,
    variants: [
      { name: `v-${randomUUID().slice(0, 8)}`, width: 8, height: 8, fit: 'inside', format: 'webp', quality: 80 },
    ],
  },
});
