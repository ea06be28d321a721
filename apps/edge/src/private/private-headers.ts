/**
 * For signed URLs of private images. A browser may keep the picture until the URL expires. Shared caches may not: they would serve it
 * without a valid signature.
 *
 * @param exp Unix time in seconds
 */
export const privateHeaders = (exp: number): Readonly<Record<string, string>> => ({
  'cache-control': `private, max-age=${Math.max(0, Math.floor(exp - Date.now() / 1000))}`,
});
