const MAX_AGE_S = 60;

/** The URL names another revision than the image's current one, and nothing is stored for it. Requests for one key share it. */
export class MovedError extends Error {
  readonly currentRevision: string;

  constructor(currentRevision: string) {
    super('The picture has another revision now.');
    this.currentRevision = currentRevision;
  }
}

/** @param location relative: the path before the key, and the host, are the CDN's */
export const movedResponse = (location: string, headers: Readonly<Record<string, string>>) =>
  new Response(null, {
    status: 307,
    headers: { ...headers, location, 'cache-control': `public, max-age=${MAX_AGE_S}` },
  });
