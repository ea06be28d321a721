import { S3Error } from '../errors.ts';
import { type ByteReader, createByteReader } from './byte-reader.ts';

const LINE_BYTES_MAX = 1024;
const TRAILERS_MAX = 16;

/**
 * Decodes unsigned `aws-chunked`: `<hex size>CRLF <bytes> CRLF`, until a chunk of size 0, then trailers. Bytes are yielded before
 * the end of the body is verified: a consumer must not publish anything before that.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  onTrailers: (trailers: ReadonlyMap<string, string>) => void,
): AsyncGenerator<Buffer> {
  const reader = createByteReader(source);
  for (;;) {
    const size = parseChunkHeader(await reader.readLine(LINE_BYTES_MAX));
    if (size === 0) break;
    yield* reader.take(size);
    if ((await reader.readLine(LINE_BYTES_MAX)) !== '') throw new S3Error('IncompleteBody');
  }
  onTrailers(await readTrailers(reader));
  if (!(await reader.isAtEnd())) throw new S3Error('IncompleteBody');
}

function parseChunkHeader(line: string | undefined): number {
  if (line !== undefined && /^[0-9a-f]{1,10}$/i.test(line)) return Number.parseInt(line, 16);
  throw new S3Error('IncompleteBody', { message: 'A chunk header is missing or malformed.' });
}

async function readTrailers(reader: ByteReader): Promise<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>();
  for (;;) {
    const line = await reader.readLine(LINE_BYTES_MAX);
    if (line === undefined || line === '') return trailers;
    const [name = '', value = ''] = line.split(/:(.*)/s);
    trailers.set(name.trim().toLowerCase(), value.trim());
    if (trailers.size > TRAILERS_MAX) throw new S3Error('InvalidRequest', { message: 'Too many trailers.' });
  }
}
