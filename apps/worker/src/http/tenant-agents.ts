import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { PublicHttpAgent, PublicHttpsAgent, RefusedAddressError } from './public-only.ts';

/** Connections to addresses that tenants name. */
export interface TenantAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * @param allowPrivate connects to any address. Otherwise only to public ones: the agents look at the address as it is
 *   connected to, so a name that changes its address after a look can't get around them
 */
export function createTenantAgents({ allowPrivate }: { allowPrivate: boolean }): TenantAgents {
  return allowPrivate
    ? { http: new HttpAgent(), https: new HttpsAgent() }
    : { http: new PublicHttpAgent(), https: new PublicHttpsAgent() };
}

/** Whether a request failed because of where it would have gone; request-filtering-agent gives its error no code. */
export const isRefusedAddress = (error: unknown): boolean =>
  error instanceof RefusedAddressError ||
  (error instanceof Error && /^DNS lookup .* is not allowed/.test(error.message));
