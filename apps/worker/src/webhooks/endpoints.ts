import { WebhookEventType } from '@imagemill/queue';
import { Tenant } from '@imagemill/variants';
import { z } from 'zod';
import { WebhookSecret } from './webhook-secret.ts';

function problemOf(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.parse(text);
  if (!url || !(url.protocol === 'https:' || (allowPrivate && url.protocol === 'http:'))) {
    return `must be an https://${allowPrivate ? ' or http://' : ''} URL`;
  }
  if (url.username !== '' || url.password !== '') return 'must not contain credentials';
  return url.hash === '' ? undefined : 'must not have a fragment';
}

const endpoint = (allowPrivate: boolean) =>
  z.strictObject({
    url: z
      .string()
      .max(2048)
      .superRefine((text, context) => {
        const message = problemOf(text, allowPrivate);
        if (message) context.addIssue({ code: 'custom', message });
      }),
    /** Several during a rotation: a receiver may have either the old or the new one. */
    secrets: z.array(WebhookSecret).min(1).max(5),
    events: z
      .array(WebhookEventType)
      .min(1)
      .default([...WebhookEventType.options]),
  });

/** A tenant's webhook endpoint and its signing secrets. */
export type Endpoint = z.output<ReturnType<typeof endpoint>>;
export type Endpoints = ReadonlyMap<string, Endpoint>;

/**
 * The endpoints of an operator's JSON file, by tenant.
 *
 * @param content the parsed file; undefined if none is set, which disables webhooks
 * @param allowPrivate also allows http:// URLs, for local work
 * @throws ZodError listing all invalid entries, without secrets
 */
export async function loadEndpoints(
  content: unknown,
  { allowPrivate }: { allowPrivate: boolean },
): Promise<Endpoints | undefined> {
  if (content === undefined) return undefined;
  const file = z.record(Tenant, endpoint(allowPrivate)).parse(content);
  return new Map(Object.entries(file));
}
