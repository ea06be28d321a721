import { type Size, sizeParameters } from './picture/size.ts';

export type { Size } from './picture/size.ts';

export interface SignerOptions {
  /** Of the CDN or the edge. */
  readonly baseUrl: string;
  /** The id of the signing key. */
  readonly kid: string;
  /** The secret of the signing key, in hex or base64url. It belongs on servers: a page that has it can sign anything. */
  readonly secret: string;
}

/** Signs URLs of sizes that no variant has. */
export interface Signer {
  /**
   * @param expiresAt until when the URL works; forever if not given
   * @throws RangeError if the image id or a value cannot be part of a URL
   */
  sizeUrl(imageId: string, size: Size, options?: { readonly expiresAt?: Date | undefined }): Promise<string>;
}

/**
 * A signer for servers: Node, Bun, Deno and workers; it needs WebCrypto only.
 *
 * @throws RangeError if the secret is neither hex nor base64url, or has less than 32 bytes
 */
export function createSigner({ baseUrl, kid, secret }: SignerOptions): Signer {
  const key = crypto.subtle.importKey('raw', secretBytes(secret), HMAC, false, ['sign']);
  // It is awaited by each signature.
  key.catch(() => {});
  return {
    async sizeUrl(imageId, size, options = {}) {
      const exp = options.expiresAt && Math.floor(options.expiresAt.getTime() / 1000);
      const query = Object.entries({ ...sizeParameters(size), exp, kid })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${plain(value)}`)
        .join('&');
      if (size.width === undefined && size.height === undefined) throw new RangeError('width or height is required.');
      const text = `/images/${plain(imageId).toLowerCase()}?${query}`;
      const signature = await crypto.subtle.sign('HMAC', await key, new TextEncoder().encode(text));
      return `${baseUrl.replace(/\/+$/, '')}${text}&s=${base64url(new Uint8Array(signature))}`;
    },
  };
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const SECRET_BYTES_MIN = 32;

/** Values that need no escaping: what is signed is what is sent. */
function plain(value: unknown): string {
  const text = String(value);
  if (!/^[A-Za-z0-9._-]+$/.test(text)) throw new RangeError(`${text} cannot be part of a URL.`);
  return text;
}

function secretBytes(text: string): Uint8Array<ArrayBuffer> {
  const isHex = /^([\da-f]{2})+$/i.test(text);
  if (!isHex && !/^[\w-]+$/.test(text)) throw new RangeError('The secret must be hex or base64url.');
  const bytes = isHex
    ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  if (bytes.length < SECRET_BYTES_MIN) throw new RangeError('The secret must have at least 32 bytes.');
  return bytes;
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
