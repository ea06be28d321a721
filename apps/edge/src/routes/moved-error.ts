const MAX_AGE_S = 60;

/** The URL names another revision than the image's current one, and nothing is stored for it. */
export class MovedError extends Error {
  readonly #location: string;

  /** @param key the key that was asked for */
  constructor(currentRevision: string, key: string) {
    super('The picture has another revision now.');
    // Relative: the path before the key, and the host, are the CDN's.
    this.#location = `../${currentRevision}/${key.split('/').at(-1)}`;
  }

  response(headers: Readonly<Record<string, string>>): Response {
    return new Response(null, {
      status: 307,
      headers: { ...headers, location: this.#location, 'cache-control': `public, max-age=${MAX_AGE_S}` },
    });
  }
}
