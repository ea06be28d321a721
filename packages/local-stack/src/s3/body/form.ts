import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { S3Error } from '../errors.ts';

export interface Form {
  /** The fields before the file, by lower-case name; fields after the file have no effect. */
  readonly fields: Readonly<Record<string, string>>;
  readonly file: FormFile;
  /** Waits for the end of the form; throws if it ends before its closing boundary. */
  finish(): Promise<void>;
  /** Stops reading; the rest of the form is discarded. */
  abandon(): void;
}

interface FormFile {
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer>;
}

const LIMITS = { fields: 100, fieldNameSize: 256, fieldSize: 64 * 1024, files: 1, parts: 102, headerPairs: 20 };

/** Reads a `multipart/form-data` body up to its file, which the caller streams. */
export async function openForm(body: AsyncIterable<Buffer>, contentType: string): Promise<Form> {
  const parser = createParser(contentType);
  const fields: Record<string, string> = Object.create(null);
  parser.on('field', (name, value) => {
    fields[name.toLowerCase()] = value;
  });
  const abort = new AbortController();
  const opened = Promise.withResolvers<Form>();
  parser.on('file', (_field, stream, name) => {
    // `parsed` also rejects for a truncated form. Without a listener, the stream's error event would end the process.
    stream.on('error', () => undefined);
    parsed.catch((error: unknown) => stream.destroy(asError(error)));
    const file = { name: name ?? '', chunks: withoutDestroying(stream) };
    opened.resolve({ fields: { ...fields }, file, finish: () => parsed, abandon: () => abort.abort() });
  });
  const parsed = parse(body, parser, abort.signal);
  parsed.then(
    () =>
      opened.reject(new S3Error('InvalidArgument', { message: 'POST requires exactly one file upload per request.' })),
    (error: unknown) => opened.reject(error),
  );
  return opened.promise;
}

function createParser(contentType: string) {
  try {
    const headers = { 'content-type': contentType };
    return new Busboy({ headers, limits: LIMITS, isPartAFile: (field) => field?.toLowerCase() === 'file' });
  } catch (cause) {
    throw new S3Error('MalformedPOSTRequest', { cause });
  }
}

async function parse(body: AsyncIterable<Buffer>, parser: NodeJS.WritableStream, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(body, parser, { signal });
  } catch (cause) {
    throw new S3Error('MalformedPOSTRequest', { cause });
  }
}

function withoutDestroying(stream: Readable): AsyncIterable<Buffer> {
  return stream.iterator({ destroyOnReturn: false });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
