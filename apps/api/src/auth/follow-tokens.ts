import { ImageId, Tenant } from '@imagemill/variants';
import { sign, verify } from 'hono/jwt';
import { z } from 'zod';

/** The one image that a token lets its holder look at. */
interface FollowedImage {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
}

export interface FollowTokens {
  /** Lets whoever has it read the image's status, and nothing else. The same for the same image and time. */
  issue(image: FollowedImage, createdAt: Date): Promise<string>;
  /** What the token is for; undefined for one that is forged, expired, or no such token at all. */
  verify(token: string): Promise<FollowedImage | undefined>;
}

const ALGORITHM = 'HS256';
/** So that no other token that may be signed with the same secret is taken for one of these. */
const AUDIENCE = 'imagemill:follow';

const Claims = z.object({ aud: z.literal(AUDIENCE), sub: ImageId, tenant: Tenant, exp: z.int() });

/**
 * Signed tokens (JWT, HMAC-SHA-256) that a seller app hands to its browser, so that this needs no API key.
 *
 * @param secrets the first one signs, each is accepted: put a new one before the old one to change it
 */
export function createFollowTokens(secrets: readonly [string, ...string[]], ttlSeconds: number): FollowTokens {
  return {
    issue({ tenant, imageId }, createdAt) {
      const exp = Math.floor(createdAt.getTime() / 1000) + ttlSeconds;
      return sign({ aud: AUDIENCE, sub: imageId, tenant, exp }, secrets[0], ALGORITHM);
    },

    async verify(token) {
      for (const secret of secrets) {
        // It throws for whatever is wrong with a token.
        const payload = await verify(token, secret, ALGORITHM).catch(() => undefined);
        const claims = Claims.safeParse(payload).data;
        if (claims) return { tenant: claims.tenant, imageId: claims.sub };
      }
      return undefined;
    },
  };
}
