import { createHash } from 'node:crypto';
import type { VerifiedSignature } from '../auth/caller.ts';
import { type RequestSigner, signaturesEqual } from '../auth/request-signer.ts';
import { S3Error } from '../errors.ts';

const emptyHash = createHash('sha256').digest('hex');

/** Each chunk's signature covers the one before it, from the signature of the request on. */
export class ChunkSignatures {
  readonly #signer: RequestSigner;
  readonly #seed: VerifiedSignature;
  #previous: string;

  constructor(signer: RequestSigner, seed: VerifiedSignature) {
    this.#signer = signer;
    this.#seed = seed;
    this.#previous = seed.signature;
  }

  verifyChunk(chunkHash: string, signature: string | undefined): Promise<void> {
    return this.#verify('AWS4-HMAC-SHA256-PAYLOAD', [emptyHash, chunkHash], signature);
  }

  verifyTrailer(trailerHash: string, signature: string | undefined): Promise<void> {
    return this.#verify('AWS4-HMAC-SHA256-TRAILER', [trailerHash], signature);
  }

  async #verify(algorithm: string, hashes: readonly string[], signature: string | undefined): Promise<void> {
    const { scope, signedAt } = this.#seed;
    const date = signedAt.toISOString().replace(/[-:]|\.\d+/g, '');
    const toSign = [algorithm, date, scope, this.#previous, ...hashes].join('\n');
    const expected = await this.#signer.signTextAt(toSign, signedAt);
    if (!signaturesEqual(expected, signature ?? '')) throw new S3Error('SignatureDoesNotMatch');
    this.#previous = expected;
  }
}
