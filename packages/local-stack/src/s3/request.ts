import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

export interface S3Request {
  readonly id: string;
  readonly method: string;
  /** Decoded; `bucket` and `key` are its parts, empty when absent. */
  readonly path: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly sentHeaders: Record<string, string>;
  /** `sentHeaders` and the `x-amz-*` headers that presigning moved into the query. */
  readonly headers: Record<string, string>;
}

const KEY_BYTES_MAX = 1024;

export function createRequestId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}

export function parseRequest(incoming: IncomingMessage, id: string): S3Request {
  // Not `new URL`: it would resolve `..`, which is an ordinary name in a key.
  const [rawPath = '', ...rawQuery] = (incoming.url ?? '').split('?');
  const path = decodePath(rawPath);
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? '' : path.slice(slash + 1);
  assertKeyLength(key);
  const query = new URLSearchParams(rawQuery.join('?'));
  const sentHeaders = singleValued(incoming.headers);
  const headers = { ...hoistedHeaders(query), ...sentHeaders };
  return { id, method: incoming.method ?? 'GET', path, bucket, key, query, sentHeaders, headers };
}

export function assertKeyLength(key: string): void {
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) throw new S3Error('KeyTooLongError');
}

function decodePath(rawPath: string): string {
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI');
  try {
    return decodeURIComponent(rawPath);
  } catch (cause) {
    throw new S3Error('InvalidURI', { cause });
  }
}

function singleValued(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')] as const);
  return Object.fromEntries(entries);
}

function hoistedHeaders(query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [parameter, value] of query) {
    const name = parameter.toLowerCase();
    if (name.startsWith('x-amz-') && !isEmptyBodyChecksum(name, value)) headers[name] = value;
  }
  return headers;
}

/** AWS's client presigns a PUT with the CRC32 of an empty body; enforcing it would reject every upload. */
function isEmptyBodyChecksum(name: string, value: string): boolean {
  return name === 'x-amz-checksum-crc32' && value === 'AAAAAA==';
}
