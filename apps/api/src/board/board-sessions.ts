import { Tenant } from '@imagemill/variants';
import { z } from 'zod';
import type { Caller } from '../auth/authenticator.ts';
import { createSignedClaims } from '../auth/signed-claims.ts';

/** The path of BullMQ's board, and of its cookie. */
export const BOARD_PATH = '/board';
export const BOARD_COOKIE = 'imagemill-board';

/** Lifetime of a session; afterwards the console must send the key again. */
export const BOARD_SESSION_SECONDS = 900;

const CLOCK_DIFFERENCE_S = 60;

/** Distinguishes these from other tokens signed with the same secret. */
const AUDIENCE = 'imagemill:board';

const Claims = z.object({ aud: z.literal(AUDIENCE), tenant: Tenant, keyId: z.string().optional(), exp: z.int() });

export interface BoardSessions {
  /** A token for the cookie of an authenticated operator. */
  issue(caller: Caller): string;
  /** The session's operator; undefined if the token is forged, expired or malformed. */
  verify(token: string): Caller | undefined;
}

/**
 * Signed tokens that replace the admin key on the board's pages, where a browser can't send it.
 *
 * @param secrets the first one signs, all are accepted: to rotate, add the new one in front
 */
export function createBoardSessions(secrets: readonly [string, ...string[]]): BoardSessions {
  const tokens = createSignedClaims(secrets, Claims);
  return {
    issue({ tenant, keyId }) {
      const exp = Math.floor(Date.now() / 1000) + BOARD_SESSION_SECONDS;
      return tokens.sign({ aud: AUDIENCE, tenant, ...(keyId !== undefined && { keyId }), exp });
    },

    verify(token) {
      const claims = tokens.verify(token);
      return claims && claims.exp <= longestExpiry() ? callerOf(claims) : undefined;
    },
  };
}

/** No session outlives BOARD_SESSION_SECONDS, whatever its token says. Clocks of processes may differ. */
const longestExpiry = () => Math.floor(Date.now() / 1000) + BOARD_SESSION_SECONDS + CLOCK_DIFFERENCE_S;

const callerOf = ({ tenant, keyId }: z.infer<typeof Claims>): Caller => ({
  tenant,
  scopes: new Set<never>(),
  ...(keyId !== undefined && { keyId }),
});
