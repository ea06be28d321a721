import { ImageId, Tenant } from '@imagemill/variants';
import { z } from 'zod';
import { createSignedClaims } from './signed-claims.ts';

/** The only image that a token gives access to. */
interface FollowedImage {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
}

export interface FollowTokens {
  /** A token that can read the image's status and nothing else. Equal for the same image and time. */
  issue(image: FollowedImage, createdAt: Date): string;
  /** The token's image; undefined if the token is forged, expired or malformed. */
  verify(token: string): FollowedImage | undefined;
}

/** Distinguishes these from other tokens signed with the same secret. */
const AUDIENCE = 'imagemill:follow';

const Claims = z.object({ aud: z.literal(AUDIENCE), sub: ImageId, tenant: Tenant, exp: z.int() });

/**
 * Signed tokens that a seller's app passes to its browser, which then needs no API key.
 *
 * @param secrets the first one signs, all are accepted: to rotate, add the new one in front
 */
export function createFollowTokens(secrets: readonly [string, ...string[]], ttlSeconds: number): FollowTokens {
  const tokens = createSignedClaims(secrets, Claims);
  return {
    issue({ tenant, imageId }, createdAt) {
      const exp = Math.floor(createdAt.getTime() / 1000) + ttlSeconds;
      return tokens.sign({ aud: AUDIENCE, sub: imageId, tenant, exp });
    },

    verify(token) {
      const claims = tokens.verify(token);
      return claims && { tenant: claims.tenant, imageId: claims.sub };
    },
  };
}
