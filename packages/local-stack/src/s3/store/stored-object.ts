import type { SQLOutputValue } from 'node:sqlite';
import type { StoredChecksum } from '../body/checksums.ts';

/** The properties of an object that its writer sets. */
export interface ObjectContent {
  /** The name of the file with its bytes. */
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  /** Content-Type and similar headers, and `x-amz-meta-*`; returned with every read. */
  readonly headers: Record<string, string>;
  readonly checksum: StoredChecksum | undefined;
}

export interface StoredObject extends ObjectContent {
  /** Increases with every write to the server. */
  readonly sequence: number;
  readonly key: string;
  readonly modifiedAt: Date;
}

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

export type Row = Record<string, SQLOutputValue>;

export function keyBytes(key: string): Buffer {
  return Buffer.from(key, 'utf8');
}

export function keyText(value: SQLOutputValue | undefined): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
}

export function parseJson<Value>(value: SQLOutputValue | undefined): Value | undefined {
  return typeof value === 'string' ? JSON.parse(value) : undefined;
}

export function parseObject(row: Row): StoredObject {
  return {
    sequence: Number(row.sequence),
    key: keyText(row.key),
    modifiedAt: new Date(Number(row.modified_at)),
    blob: String(row.blob),
    size: Number(row.size),
    etag: String(row.etag),
    headers: parseJson(row.headers) ?? {},
    checksum: parseJson(row.checksum),
  };
}
