import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { PublicHttpAgent, PublicHttpsAgent, RefusedAddressError } from './public-only.ts';

/** Agents for requests to URLs given by tenants. */
export interface TenantAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * @param allowPrivate allows any address. Otherwise only public addresses are allowed: the agents check the address that
 *   the connection uses, which defeats DNS rebinding
 */
export function createTenantAgents({ allowPrivate }: { allowPrivate: boolean }): TenantAgents {
  return allowPrivate
    ? { http: new HttpAgent(), https: new HttpsAgent() }
    : { http: new PublicHttpAgent(), https: new PublicHttpsAgent() };
}

/** Whether a request failed because its address is not allowed. request-filtering-agent's error has no code. */
export const isRefusedAddress = (error: unknown): boolean =>
  error instanceof RefusedAddressError ||
  (error instanceof Error && /^DNS lookup .* is not allowed/.test(error.message));
