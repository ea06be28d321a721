import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { StoredChecksum } from '../body/checksums.ts';
import { S3Error } from '../errors.ts';
import { transaction } from './database.ts';
import { keyBytes, keyText, type ObjectAddress, parseJson, type Row } from './stored-object.ts';

interface NewUpload extends ObjectAddress {
  readonly initiatedAt: Date;
  readonly headers: Record<string, string>;
}

interface Upload extends NewUpload {
  readonly id: string;
}

export interface Part {
  readonly number: number;
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly checksum: StoredChecksum | undefined;
}

interface UploadListQuery {
  readonly bucket: string;
  readonly prefix: string;
  readonly afterKey: string;
  readonly afterId: string;
  readonly limit: number;
}

export interface Uploads {
  /** Returns the id of the new upload. */
  create(upload: NewUpload): string;
  /** @throws S3Error `NoSuchUpload` */
  require(address: ObjectAddress, id: string): Upload;
  list(query: UploadListQuery): Upload[];
  parts(id: string): Part[];
  /** Returns the blob of the part that was replaced. @throws S3Error `NoSuchUpload` */
  putPart(address: ObjectAddress, id: string, part: Part): string[];
  /** Ends an upload, completed or not, and returns the blobs of its parts. */
  remove(id: string): string[];
}

export function createUploads(database: DatabaseSync): Uploads {
  const selectOne = database.prepare('SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?');
  const selectParts = database.prepare('SELECT * FROM parts WHERE upload_id = ? ORDER BY number');
  const deleteOne = database.prepare('DELETE FROM uploads WHERE id = ?');
  const parts = (id: string) => selectParts.all(id).map(parsePart);

  function require({ bucket, key }: ObjectAddress, id: string): Upload {
    const row = selectOne.get(id, bucket, keyBytes(key));
    if (!row) throw new S3Error('NoSuchUpload', { details: { UploadId: id } });
    return parseUpload(row);
  }

  return {
    create: (upload) => insertUpload(database, upload),
    require,
    list: (query) => selectUploads(database, query),
    parts,
    putPart: (address, id, part) =>
      transaction(database, () => {
        // The upload may have ended while the body was in flight.
        require(address, id);
        return replacePart(database, id, part);
      }),
    remove(id) {
      const blobs = parts(id).map((part) => part.blob);
      deleteOne.run(id);
      return blobs;
    },
  };
}

function insertUpload(database: DatabaseSync, { bucket, key, initiatedAt, headers }: NewUpload): string {
  const id = randomBytes(24).toString('base64url');
  database
    .prepare('INSERT INTO uploads (id, bucket, key, initiated_at, headers) VALUES (?, ?, ?, ?, ?)')
    .run(id, bucket, keyBytes(key), initiatedAt.getTime(), JSON.stringify(headers));
  return id;
}

function selectUploads(database: DatabaseSync, query: UploadListQuery): Upload[] {
  const afterKey = keyBytes(query.afterKey);
  const prefix = keyBytes(query.prefix);
  // Without an id, the marker covers all uploads of its key: ids never contain the byte 0x7F.
  const afterId = query.afterId || '\x7f';
  return database
    .prepare(
      `SELECT * FROM uploads WHERE bucket = ? AND key >= ? AND key < ? AND (key > ? OR (key = ? AND id > ?))
       ORDER BY key, id LIMIT ?`,
    )
    .all(query.bucket, prefix, Buffer.concat([prefix, Buffer.of(0xff)]), afterKey, afterKey, afterId, query.limit)
    .map(parseUpload);
}

function replacePart(database: DatabaseSync, id: string, part: Part): string[] {
  const { number, blob, size, etag, modifiedAt, checksum } = part;
  const replaced = database
    .prepare('DELETE FROM parts WHERE upload_id = ? AND number = ? RETURNING blob')
    .all(id, number);
  database
    .prepare(
      'INSERT INTO parts (upload_id, number, blob, size, etag, modified_at, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(id, number, blob, size, etag, modifiedAt.getTime(), checksum ? JSON.stringify(checksum) : null);
  return replaced.map((row) => String(row.blob));
}

function parseUpload(row: Row): Upload {
  return {
    id: String(row.id),
    bucket: String(row.bucket),
    key: keyText(row.key),
    initiatedAt: new Date(Number(row.initiated_at)),
    headers: parseJson(row.headers) ?? {},
  };
}

function parsePart(row: Row): Part {
  return {
    number: Number(row.number),
    blob: String(row.blob),
    size: Number(row.size),
    etag: String(row.etag),
    modifiedAt: new Date(Number(row.modified_at)),
    checksum: parseJson(row.checksum),
  };
}
