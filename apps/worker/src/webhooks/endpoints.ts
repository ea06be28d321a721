import { WebhookEventType } from '@imagemill/queue';
import { Tenant } from '@imagemill/variants';
import { z } from 'zod';

/** The specification wants 24 to 64 random bytes, in base64. */
const isLongEnough = (secret: string) => {
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64').byteLength;
  return bytes >= 24 && bytes <= 64;
};

const Secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'must be "whsec_" and base64')
  .refine(isLongEnough, 'must hold 24 to 64 bytes');

function problemOf(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.parse(text);
  if (!url || !(url.protocol === 'https:' || (allowPrivate && url.protocol === 'http:'))) {
    return `must be an https://${allowPrivate ? ' or http://' : ''} URL`;
  }
  if (url.username !== '' || url.password !== '') return 'must not carry credentials';
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
    /** Several while a new one takes an old one's place: a receiver may know either. */
    secrets: z.array(Secret).min(1).max(5),
    events: z
      .array(WebhookEventType)
      .min(1)
      .default([...WebhookEventType.options]),
  });

/** Where a tenant's events go, and what they are signed with. */
export type Endpoint = z.output<ReturnType<typeof endpoint>>;
export type Endpoints = ReadonlyMap<string, Endpoint>;

/**
 * The endpoints of an operator's JSON file, by tenant.
 *
 * @param content nothing when no file is set: there are no webhooks then
 * @param allowPrivate also takes http:// URLs, for local work
 * @throws ZodError naming every entry that does not fit, never its secrets
 */
export async function loadEndpoints(
  content: unknown,
  { allowPrivate }: { allowPrivate: boolean },
): Promise<Endpoints | undefined> {
  if (content === undefined) return undefined;
  const file = z.record(Tenant, endpoint(allowPrivate)).parse(content);
  return new Map(Object.entries(file));
}
