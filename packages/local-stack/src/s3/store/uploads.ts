import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { ChecksumAlgorithm, StoredChecksum } from '../body/checksums.ts';
import { S3Error } from '../errors.ts';
import { transaction } from './database.ts';
import { keyBytes, keyText, parseJson, type Row, type Tag } from './object-version.ts';
import type { ObjectAddress } from './objects.ts';

export interface NewUpload extends ObjectAddress {
  readonly initiatedAt: Date;
  readonly headers: Record<string, string>;
  readonly tags: readonly Tag[];
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
}

export interface Upload extends NewUpload {
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

export interface UploadListQuery {
  readonly bucket: string;
  readonly prefix: string;
  readonly afterKey: string;
  readonly afterId: string;
  readonly limit: number;
}

export class Uploads {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  create(upload: NewUpload): string {
    const id = randomBytes(24).toString('base64url');
    const { bucket, key, initiatedAt, headers, tags, checksumAlgorithm } = upload;
    this.#database
      .prepare(
        'INSERT INTO uploads (id, bucket, key, initiated_at, headers, tags, checksum_algorithm) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        id,
        bucket,
        keyBytes(key),
        initiatedAt.getTime(),
        JSON.stringify(headers),
        JSON.stringify(tags),
        checksumAlgorithm ?? null,
      );
    return id;
  }

  require(address: ObjectAddress, id: string): Upload {
    const row = this.#database
      .prepare('SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?')
      .get(id, address.bucket, keyBytes(address.key));
    if (!row) throw new S3Error('NoSuchUpload', { details: { UploadId: id } });
    return parseUpload(row);
  }

  list(query: UploadListQuery): Upload[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM uploads WHERE bucket = ? AND key >= ? AND key < ? AND (key > ? OR (key = ? AND id > ?))
         ORDER BY key, id LIMIT ?`,
      )
      .all(
        query.bucket,
        keyBytes(query.prefix),
        Buffer.concat([keyBytes(query.prefix), Buffer.of(0xff)]),
        keyBytes(query.afterKey),
        keyBytes(query.afterKey),
        // Without an id the marker means all uploads of its key; ids have no byte 0x7F.
        query.afterId || '\x7f',
        query.limit,
      );
    return rows.map(parseUpload);
  }

  parts(id: string): Part[] {
    return this.#database.prepare('SELECT * FROM parts WHERE upload_id = ? ORDER BY number').all(id).map(parsePart);
  }

  /** Returns the blob of the part that was replaced. The upload may have ended while the body was on its way. */
  putPart(address: ObjectAddress, id: string, part: Part): string[] {
    return transaction(this.#database, () => {
      this.require(address, id);
      const replaced = this.#database
        .prepare('DELETE FROM parts WHERE upload_id = ? AND number = ? RETURNING blob')
        .all(id, part.number);
      this.#database
        .prepare(
          'INSERT INTO parts (upload_id, number, blob, size, etag, modified_at, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          id,
          part.number,
          part.blob,
          part.size,
          part.etag,
          part.modifiedAt.getTime(),
          part.checksum ? JSON.stringify(part.checksum) : null,
        );
      return replaced.map((row) => String(row.blob));
    });
  }

  /** Ends an upload, completed or not, and returns the blobs of its parts. */
  remove(id: string): string[] {
    const blobs = this.parts(id).map((part) => part.blob);
    this.#database.prepare('DELETE FROM uploads WHERE id = ?').run(id);
    return blobs;
  }
}

function parseUpload(row: Row): Upload {
  return {
    id: String(row.id),
    bucket: String(row.bucket),
    key: keyText(row.key),
    initiatedAt: new Date(Number(row.initiated_at)),
    headers: parseJson(row.headers) ?? {},
    tags: parseJson(row.tags) ?? [],
    checksumAlgorithm:
      row.checksum_algorithm === null ? undefined : (String(row.checksum_algorithm) as ChecksumAlgorithm),
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
