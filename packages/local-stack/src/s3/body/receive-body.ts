import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { Blobs } from '../store/blobs.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { createBodyDigest, type VerifiedBody } from './body-digest.ts';
import { type DeclaredBody, declaredBodyOf, payloadEncoding } from './declared-body.ts';

export interface ReceivedBlob extends VerifiedBody {
  readonly blob: string;
}

export interface ByteLimits {
  readonly min?: number;
  readonly max: number;
}

interface VerifiedStream {
  readonly chunks: AsyncIterable<Buffer>;
  /** Call after `chunks` have ended. Throws unless the body matches its declaration. */
  readonly verify: () => Promise<VerifiedBody>;
}

/** Streams the body of a request into a blob, which is kept only if the body matches its declaration. */
export function receiveBlob(call: Call): Promise<ReceivedBlob> {
  return storeVerified(call.service.store.blobs, openBody(call, call.service.objectBytesMax));
}

/** The same for bytes that are not a request body: a form's file, or the parts of an upload. */
export function receiveBlobFrom(
  source: AsyncIterable<Buffer>,
  declared: DeclaredBody,
  limits: ByteLimits,
  blobs: Blobs,
): Promise<ReceivedBlob> {
  return storeVerified(blobs, verifying(source, declared, limits, new Map()));
}

/** Reads a small body, such as XML. */
export async function readText(call: Call, bytesMax: number): Promise<string> {
  const stream = openBody(call, bytesMax);
  const chunks: Buffer[] = [];
  for await (const chunk of stream.chunks) chunks.push(chunk);
  await stream.verify();
  return Buffer.concat(chunks).toString('utf8');
}

function openBody(call: Call, bytesMax: number): VerifiedStream {
  const declared = declaredBodyOf(call.request.headers);
  if (declared.length !== undefined && declared.length > bytesMax) throw new S3Error('EntityTooLarge');
  const trailers = new Map<string, string>();
  return verifying(decodedChunks(call, trailers), declared, { max: bytesMax }, trailers);
}

function decodedChunks(call: Call, trailers: Map<string, string>): AsyncIterable<Buffer> {
  if (payloadEncoding(call.request.headers) === 'plain') return call.body.chunks();
  return decodeAwsChunked(call.body.chunks(), (received) => {
    for (const [name, value] of received) trailers.set(name, value);
  });
}

function verifying(
  source: AsyncIterable<Buffer>,
  declared: DeclaredBody,
  limits: ByteLimits,
  trailers: ReadonlyMap<string, string>,
): VerifiedStream {
  const digest = createBodyDigest(declared);
  async function* chunks() {
    let size = 0;
    for await (const chunk of source) {
      size = digest.update(chunk);
      if (size > limits.max) throw new S3Error('EntityTooLarge');
      yield chunk;
    }
    if (size < (limits.min ?? 0)) throw new S3Error('EntityTooSmall');
  }
  return { chunks: chunks(), verify: () => digest.verify(trailers) };
}

async function storeVerified(blobs: Blobs, stream: VerifiedStream): Promise<ReceivedBlob> {
  const incoming = await blobs.receive(stream.chunks);
  try {
    const verified = await stream.verify();
    return { ...verified, blob: await incoming.keep() };
  } catch (error) {
    await incoming.discard();
    throw error;
  }
}
