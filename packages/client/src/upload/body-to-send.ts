/** One request to the storage. */
export interface BodyToSend {
  readonly url: string;
  readonly method: 'PUT' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob | FormData;
  /** Bytes to store. */
  readonly size: number;
  /** Expiry of the URL, as ISO 8601. */
  readonly expiresAt: string;
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes sent so far. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

export interface StorageAnswer {
  readonly status: number;
  readonly text: string;
  /** The header of this name. */
  readonly retryAfter: string | null;
}
