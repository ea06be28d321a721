import { type Browser, chromium as launcher } from 'playwright-core';
import { inject } from 'vitest';
import type { RunningStack } from './running-stack.ts';
import type { ReceivedSpan } from './trace-receiver.ts';

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${inject('sharedServicesUrl')}${path}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

export type SharedStack = Omit<RunningStack, 'stop'>;

/** The stack of the whole run, with the API key of an unused tenant. A render in its category `tiny` costs least. Test files must not stop it. */
export async function sharedStack(): Promise<SharedStack> {
  const { text, ...stack } = await ask<Omit<SharedStack, 'printed'> & { text: string }>('/stack');
  return { ...stack, printed: () => text };
}

type EquippedStack = Required<Pick<SharedStack, 'edgeUrl'>> & SharedStack & { readonly queuePrefix: string };

/**
 * The other stack of the whole run: with an edge and webhooks, the categories of `equipped-sets.json`, a limit of 1 MB, its logs at
 * level trace, with traces, and without looks for uploads. Its API key is that of the tenant that signs sizes. Test files must not stop it.
 */
export async function equippedStack(): Promise<EquippedStack> {
  const { text, ...stack } = await ask<Omit<EquippedStack, 'printed'> & { text: string }>('/equipped-stack');
  return { ...stack, printed: () => text };
}

/** An unused tenant of the equipped stack, whose webhooks go to the receiver. */
export const tenantWithWebhooks = (receiver: string) =>
  ask<{ apiKey: string; secret: string }>(`/webhooks?${new URLSearchParams({ receiver })}`);

/** The spans of a trace that the equipped stack has sent so far. */
export const spansOf = (traceId: string) => ask<readonly ReceivedSpan[]>(`/spans?${new URLSearchParams({ traceId })}`);

/** The API key of an unused tenant of the equipped stack. */
export const newEquippedTenantKey = async () => (await ask<{ apiKey: string }>('/equipped-tenant')).apiKey;

/** The API key of another unused tenant of the shared stack. */
export const newTenantKey = async () => (await ask<{ apiKey: string }>('/tenant')).apiKey;

/** The page of a seller app with the globals of `page-script.ts`. */
export const sharedPageUrl = async () => (await ask<{ url: string }>('/page')).url;

/** @returns the browser of the whole run, or the reason why there is none; `close` ends only this connection to it */
export async function connectToBrowser(): Promise<Browser | string> {
  const { wsEndpoint, missing = '' } = await ask<{ wsEndpoint?: string; missing?: string }>('/browser');
  return wsEndpoint ? launcher.connect(wsEndpoint) : missing;
}
