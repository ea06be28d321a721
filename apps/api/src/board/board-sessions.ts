import { Tenant } from '@imagemill/variants';
import { sign, verify } from 'hono/jwt';
import { z } from 'zod';
import type { Caller } from '../auth/authenticator.ts';

/** How long a browser may look at the board before its console must show the key again. */
export const BOARD_SESSION_SECONDS = 900;

const ALGORITHM = 'HS256';
/** So that no other token that may be signed with the same secret is taken for one of these. */
const AUDIENCE = 'imagemill:board';

const Claims = z.object({ aud: z.literal(AUDIENCE), tenant: Tenant, keyId: z.string().optional(), exp: z.int() });

export interface BoardSessions {
  /** A token for the cookie of a caller that was let in as an operator. */
  issue(caller: Caller): Promise<string>;
  /** Whose session it is; undefined for a token that is forged, expired, or no such token at all. */
  verify(token: string): Promise<Caller | undefined>;
}

/**
 * Signed tokens (JWT, HMAC-SHA-256) that stand for an admin key where a browser can't send one: on the board's pages.
 *
 * @param secrets the first one signs, each is accepted: put a new one before the old one to change it
 */
export function createBoardSessions(secrets: readonly [string, ...string[]]): BoardSessions {
  return {
    issue({ tenant, keyId }) {
      const exp = Math.floor(Date.now() / 1000) + BOARD_SESSION_SECONDS;
      return sign({ aud: AUDIENCE, tenant, ...(keyId !== undefined && { keyId }), exp }, secrets[0], ALGORITHM);
    },

    async verify(token) {
      for (const secret of secrets) {
        // It throws for whatever is wrong with a token.
        const payload = await verify(token, secret, ALGORITHM).catch(() => undefined);
        const claims = Claims.safeParse(payload).data;
        if (claims) return callerOf(claims);
      }
      return undefined;
    },
  };
}

const callerOf = ({ tenant, keyId }: z.infer<typeof Claims>): Caller => ({
  tenant,
  scopes: new Set<never>(),
  ...(keyId !== undefined && { keyId }),
});
