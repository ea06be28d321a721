import { flag, httpUrl, whole } from '@imagemill/service';
import { z } from 'zod';
import { WebhookSecret } from '../webhooks/webhook-secret.ts';

/** Settings of the workers, which ask the operator's moderation service: docs/moderation.md. */
export const moderationEnv = {
  MODERATION_URL: httpUrl()
    .optional()
    .describe('URL of your own moderation service; required if a category has `"moderation": true`'),
  MODERATION_SECRETS: z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .pipe(z.array(WebhookSecret).min(1).max(5))
    .optional()
    .describe(
      'secrets that sign requests to the moderation service, `whsec_…` as in docs/webhooks.md, separated by commas: each signs; required with MODERATION_URL',
    ),
  MODERATION_WHEN_DOWN: z
    .enum(['hold', 'pass'], 'must be hold or pass')
    .default('hold')
    .describe(
      'what happens to an image if the moderation service does not answer: `hold` keeps it back and asks again later, `pass` publishes it',
    ),
  MODERATION_TIMEOUT_MS: whole(100, 30_000)
    .prefault('5000')
    .describe('time limit of one request to the moderation service; there are at most three for an image'),
  MODERATION_SEND_ORIGINAL: flag()
    .prefault('false')
    .describe(
      'adds to each request a URL of the original that is valid for five minutes, for example for a malware scanner',
    ),
  MODERATION_ALLOW_PRIVATE: flag()
    .prefault('false')
    .describe('allows a moderation service with an http:// URL, or at a private address'),
};

type ModerationEnv = { [name in keyof typeof moderationEnv]?: z.output<(typeof moderationEnv)[name]> | undefined };

/** A request without a signature could be sent by any process, and one without TLS could be answered by any. */
export function serviceWithSecret(env: ModerationEnv, context: z.RefinementCtx): void {
  if (env.MODERATION_URL === undefined) return;
  const isPlain = new URL(env.MODERATION_URL).protocol === 'http:';
  if (isPlain && !env.MODERATION_ALLOW_PRIVATE) {
    context.addIssue({
      code: 'custom',
      path: ['MODERATION_URL'],
      message: 'must be an https:// URL, unless MODERATION_ALLOW_PRIVATE is true',
    });
  }
  if (env.MODERATION_SECRETS === undefined) {
    context.addIssue({ code: 'custom', path: ['MODERATION_SECRETS'], message: 'is required with MODERATION_URL' });
  }
}
