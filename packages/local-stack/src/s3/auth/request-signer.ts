import {
  createHash,
  createHmac,
  createSecretKey,
  type Hash,
  type Hmac,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4';
import { encodePath } from '../url-encoding.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Decoded from the request line. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Only the headers that the signature covers. */
  readonly headers: Record<string, string>;
  readonly payloadHash: string;
}

/** Exposes the steps of AWS's signer: a server must sign the headers that the request lists, not those that a client would choose. */
export class RequestSigner extends SignatureV4 {
  readonly #secret: string;
  readonly #region: string;
  readonly #keys = new Map<string, KeyObject>();

  constructor(credentials: Credentials, region: string) {
    super({ credentials, region, service: 's3', sha256: NodeSha256, uriEscapePath: false, applyChecksum: false });
    this.#secret = credentials.secretAccessKey;
    this.#region = region;
  }

  async signRequestAt(request: SignedRequest, scope: string, signedAt: Date): Promise<string> {
    const { method, headers, payloadHash } = request;
    const path = encodePath(request.path);
    const unsigned = { method, path, headers, query: queryBag(request.query), protocol: 'http:', hostname: '' };
    const canonicalHeaders = getCanonicalHeaders(unsigned, undefined, new Set(Object.keys(headers)));
    const canonicalRequest = this.createCanonicalRequest(unsigned, canonicalHeaders, payloadHash);
    const { longDate } = this.formatDate(signedAt);
    const toSign = await this.createStringToSign(longDate, scope, canonicalRequest, 'AWS4-HMAC-SHA256');
    return this.signTextAt(toSign, signedAt);
  }

  signTextAt(text: string, signedAt: Date): string {
    return createHmac('sha256', this.#keyOf(this.formatDate(signedAt).shortDate))
      .update(text)
      .digest('hex');
  }

  /**
   * The signing key of a day, as https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html derives it. The SDK's
   * own cache computes a hash for each look-up.
   */
  #keyOf(day: string): KeyObject {
    const existing = this.#keys.get(day);
    if (existing) return existing;
    const parts = [day, this.#region, 's3', 'aws4_request'];
    const key = createSecretKey(
      parts.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${this.#secret}`)),
    );
    // Clients sign with days around today only.
    if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
    this.#keys.set(day, key);
    return key;
  }
}

const KEYS_MAX = 8;
const hmac = (secret: Buffer, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

export function signaturesEqual(expected: string, given: string): boolean {
  const expectedBytes = Buffer.from(expected);
  const givenBytes = Buffer.from(given);
  return expectedBytes.length === givenBytes.length && timingSafeEqual(expectedBytes, givenBytes);
}

function queryBag(query: URLSearchParams): Record<string, string[]> {
  const bag: Record<string, string[]> = Object.create(null);
  for (const name of new Set(query.keys())) bag[name] = query.getAll(name);
  return bag;
}

type HashInput = string | ArrayBuffer | ArrayBufferView;

export class NodeSha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: HashInput) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(input: HashInput): void {
    this.#hash.update(toBytes(input));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): never {
    throw new Error('The signer creates a new hash for every message.');
  }
}

function toBytes(input: HashInput): Uint8Array {
  if (typeof input === 'string') return Buffer.from(input);
  return ArrayBuffer.isView(input)
    ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
    : new Uint8Array(input);
}
