import { httpUrl } from '@imagemill/service';
import { z } from 'zod';
import { WebhookSecret } from '../webhooks/webhook-secret.ts';

/** Where purges go; off by default. A process that only queues purges needs no more. */
export const purgeTargetsEnv = {
  PURGE_CLOUDFRONT_DISTRIBUTION: z
    .string()
    .regex(/^[A-Z0-9]{1,32}$/, 'must be the id of a distribution')
    .optional()
    .describe(
      "id of the CloudFront distribution where deleted and changed images are invalidated; uses the AWS SDK's credential chain, which must allow cloudfront:CreateInvalidation; off if not set",
    ),
  PURGE_WEBHOOK_URL: httpUrl()
    .optional()
    .describe('URL of your own receiver of signed purge messages, for any other CDN; off if not set'),
};

/** Settings of the workers, which send purges. */
export const purgeEnv = {
  ...purgeTargetsEnv,
  PURGE_CLOUDFRONT_ENDPOINT: httpUrl()
    .optional()
    .describe("endpoint of CloudFront's API, if it is not the one of Amazon's standard partition"),
  PURGE_WEBHOOK_SECRETS: z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .pipe(z.array(WebhookSecret).min(1).max(5))
    .optional()
    .describe(
      'secrets that sign purge messages, `whsec_…` as in docs/webhooks.md, separated by commas: each signs; required with PURGE_WEBHOOK_URL',
    ),
};

export const purgesAreOn = (env: { [name in keyof typeof purgeTargetsEnv]?: string | undefined }): boolean =>
  env.PURGE_CLOUDFRONT_DISTRIBUTION !== undefined || env.PURGE_WEBHOOK_URL !== undefined;

/** A message without a signature could be sent by anybody. */
export function webhookWithSecret(
  env: { PURGE_WEBHOOK_URL?: string | undefined; PURGE_WEBHOOK_SECRETS?: readonly string[] | undefined },
  context: z.RefinementCtx,
): void {
  if (env.PURGE_WEBHOOK_URL !== undefined && env.PURGE_WEBHOOK_SECRETS === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['PURGE_WEBHOOK_SECRETS'],
      message: 'is required with PURGE_WEBHOOK_URL',
    });
  }
}
