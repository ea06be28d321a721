import type { SQLOutputValue } from 'node:sqlite';
import type { StoredChecksum } from '../body/checksums.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What a writer decides about an object, beside its bytes. */
export interface ObjectContent {
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  /** Content-Type and its like, and `x-amz-meta-*`, as they are sent back. */
  readonly headers: Record<string, string>;
  readonly checksum: StoredChecksum | undefined;
  readonly tags: readonly Tag[];
}

interface VersionIdentity {
  readonly sequence: number;
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly modifiedAt: Date;
}

export interface ObjectVersion extends VersionIdentity, ObjectContent {
  readonly kind: 'object';
}

export interface DeleteMarker extends VersionIdentity {
  readonly kind: 'delete-marker';
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

export function parseVersion(row: Row): ObjectVersion | DeleteMarker {
  const identity: VersionIdentity = {
    sequence: Number(row.sequence),
    key: keyText(row.key),
    versionId: String(row.version_id),
    isLatest: row.is_latest === 1,
    modifiedAt: new Date(Number(row.modified_at)),
  };
  if (row.blob === null) return { kind: 'delete-marker', ...identity };
  return {
    kind: 'object',
    ...identity,
    blob: String(row.blob),
    size: Number(row.size),
    etag: String(row.etag),
    headers: parseJson(row.headers) ?? {},
    checksum: parseJson(row.checksum),
    tags: parseJson(row.tags) ?? [],
  };
}
