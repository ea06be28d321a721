import { createHash } from 'node:crypto';
import { S3Error } from '../errors.ts';
import { ByteReader } from './byte-reader.ts';
import type { ChunkSignatures } from './chunk-signatures.ts';

const headerBytesMax = 1024;
const trailersMax = 16;

/**
 * Decodes `aws-chunked`: `<hex size>[;chunk-signature=…]CRLF <bytes> CRLF`, until a chunk of size 0, then trailers.
 * Bytes are yielded before their chunk's signature is known, so a consumer must publish nothing before the end.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  signatures: ChunkSignatures | undefined,
  onTrailers: (trailers: ReadonlyMap<string, string>) => void,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  for (;;) {
    const { size, signature } = parseChunkHeader(await reader.readLine(headerBytesMax));
    const hash = createHash('sha256');
    for await (const bytes of reader.take(size)) {
      if (signatures) hash.update(bytes);
      yield bytes;
    }
    await signatures?.verifyChunk(hash.digest('hex'), signature);
    if (size === 0) break;
    if ((await reader.readLine(headerBytesMax)) !== '') throw new S3Error('IncompleteBody');
  }
  onTrailers(await readTrailers(reader, signatures));
  if (!(await reader.isAtEnd())) throw new S3Error('IncompleteBody');
}

function parseChunkHeader(line: string | undefined): { size: number; signature: string | undefined } {
  const match = /^([0-9a-f]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line ?? '');
  if (!match?.[1]) throw new S3Error('IncompleteBody', { message: 'A chunk header is missing or malformed.' });
  return { size: Number.parseInt(match[1], 16), signature: match[2] };
}

async function readTrailers(reader: ByteReader, signatures: ChunkSignatures | undefined) {
  const trailers = new Map<string, string>();
  for (;;) {
    const line = await reader.readLine(headerBytesMax);
    if (line === undefined || (line === '' && trailers.size === 0)) break;
    // A signed trailer ends the line before the signature with an empty one, for some clients.
    if (line === '') continue;
    const [name = '', value = ''] = line.split(/:(.*)/s);
    trailers.set(name.trim().toLowerCase(), value.trim());
    if (trailers.size > trailersMax) throw new S3Error('InvalidRequest', { message: 'Too many trailers.' });
  }
  const signature = trailers.get('x-amz-trailer-signature');
  trailers.delete('x-amz-trailer-signature');
  if (signatures && (trailers.size > 0 || signature !== undefined)) {
    const signed = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    await signatures.verifyTrailer(createHash('sha256').update(signed).digest('hex'), signature);
  }
  return trailers;
}
