import { ImageId, Tenant } from '@imagemill/variants';
import { sign, verify } from 'hono/jwt';
import { z } from 'zod';

/** The only image that a token gives access to. */
interface FollowedImage {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
}

export interface FollowTokens {
  /** A token that can read the image's status and nothing else. Equal for the same image and time. */
  issue(image: FollowedImage, createdAt: Date): Promise<string>;
  /** The token's image; undefined if the token is forged, expired or malformed. */
  verify(token: string): Promise<FollowedImage | undefined>;
}

const ALGORITHM = 'HS256';
/** Distinguishes these from other tokens signed with the same secret. */
const AUDIENCE = 'imagemill:follow';

const Claims = z.object({ aud: z.literal(AUDIENCE), sub: ImageId, tenant: Tenant, exp: z.int() });

/**
 * Signed tokens (JWT, HMAC-SHA-256) that a seller's app passes to its browser, which then needs no API key.
 *
 * @param secrets the first one signs, all are accepted: to rotate, add the new one in front
 */
export function createFollowTokens(secrets: readonly [string, ...string[]], ttlSeconds: number): FollowTokens {
  return {
    issue({ tenant, imageId }, createdAt) {
      const exp = Math.floor(createdAt.getTime() / 1000) + ttlSeconds;
      return sign({ aud: AUDIENCE, sub: imageId, tenant, exp }, secrets[0], ALGORITHM);
    },

    async verify(token) {
      for (const secret of secrets) {
        // `verify` throws for every invalid token.
        const payload = await verify(token, secret, ALGORITHM).catch(() => undefined);
        const claims = Claims.safeParse(payload).data;
        if (claims) return { tenant: claims.tenant, imageId: claims.sub };
      }
      return undefined;
    },
  };
}
