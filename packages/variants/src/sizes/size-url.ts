import type { ImageId } from '../keys.ts';
import { signatureOf, signedText } from '../signing/signature.ts';
import type { SigningKey } from '../signing/signing-keys.ts';
import { type AskedSize, canonicalQuery, parseSizeQuery } from './size-query.ts';

/** The path that the URL of a size is signed for, whatever prefix a CDN adds. */
export const sizePath = (imageId: ImageId) => `/images/${imageId}`;

/**
 * A signed URL of any size of an image.
 *
 * @param baseUrl of the CDN or the edge; a trailing slash is optional
 * @param size defaults are left out
 * @param expiresAt never, if not given
 * @throws RangeError if the size is not valid
 */
export async function signedSizeUrl(options: {
  readonly baseUrl: string;
  readonly imageId: ImageId;
  readonly size: Partial<AskedSize>;
  readonly key: Pick<SigningKey, 'kid' | 'secret'>;
  readonly expiresAt?: Date | undefined;
}): Promise<string> {
  const { baseUrl, imageId, size, key, expiresAt } = options;
  const exp = expiresAt && Math.floor(expiresAt.getTime() / 1000);
  const given = Object.entries({ ...size, exp, kid: key.kid }).filter(([, value]) => value !== undefined);
  const query = canonicalQuery(new Map(given.map(([name, value]) => [name, String(value)])));
  const checked = parseSizeQuery(`${query}&s=${'A'.repeat(43)}`);
  if (!checked.ok) throw new RangeError(checked.message);
  const path = sizePath(imageId);
  return `${baseUrl.replace(/\/+$/, '')}${path}?${query}&s=${await signatureOf(key.secret, signedText(path, query))}`;
}
