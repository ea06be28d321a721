import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { S3Error } from '../errors.ts';
import { transaction } from './database.ts';
import {
  type DeleteMarker,
  keyBytes,
  type ObjectContent,
  type ObjectVersion,
  parseVersion,
  type Tag,
} from './object-version.ts';

export type VersioningState = 'never' | 'Enabled' | 'Suspended';

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

export interface PutOptions {
  readonly modifiedAt: Date;
  readonly versioning: VersioningState;
  /** Runs within the transaction: it may throw to keep the current object, and nothing can come in between. */
  readonly beforeReplace?: (current: ObjectVersion | undefined) => void;
}

export interface Replaced<Version> {
  readonly version: Version;
  /** Blobs that no row refers to any more. */
  readonly orphans: readonly string[];
}

const nullVersion = 'null';

export class Objects {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  latest(address: ObjectAddress): ObjectVersion | DeleteMarker | undefined {
    const row = this.#database
      .prepare('SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY sequence DESC LIMIT 1')
      .get(address.bucket, keyBytes(address.key));
    return row && parseVersion(row);
  }

  version(address: ObjectAddress, versionId: string): ObjectVersion | DeleteMarker | undefined {
    const row = this.#database
      .prepare('SELECT * FROM versions WHERE bucket = ? AND key = ? AND version_id = ?')
      .get(address.bucket, keyBytes(address.key), versionId);
    return row && parseVersion(row);
  }

  put(address: ObjectAddress, content: ObjectContent, options: PutOptions): Replaced<ObjectVersion> {
    return transaction(this.#database, () => {
      const current = this.latest(address);
      options.beforeReplace?.(current?.kind === 'object' ? current : undefined);
      const versionId = options.versioning === 'Enabled' ? newVersionId() : nullVersion;
      const orphans = this.#addLatest(address, versionId, content, options.modifiedAt);
      return { version: this.#expect(address, versionId, 'object'), orphans };
    });
  }

  putDeleteMarker(address: ObjectAddress, options: PutOptions): Replaced<DeleteMarker> {
    return transaction(this.#database, () => {
      const versionId = options.versioning === 'Enabled' ? newVersionId() : nullVersion;
      const orphans = this.#addLatest(address, versionId, undefined, options.modifiedAt);
      return { version: this.#expect(address, versionId, 'delete-marker'), orphans };
    });
  }

  /** Removes one version for good; the one before it becomes the latest. */
  removeVersion(address: ObjectAddress, versionId: string): Replaced<ObjectVersion | DeleteMarker | undefined> {
    return transaction(this.#database, () => {
      const version = this.version(address, versionId);
      const orphans = this.#deleteRow(address, versionId);
      const before = this.latest(address);
      if (before) this.#database.prepare('UPDATE versions SET is_latest = 1 WHERE sequence = ?').run(before.sequence);
      return { version, orphans };
    });
  }

  saveTags(sequence: number, tags: readonly Tag[]): void {
    this.#database.prepare('UPDATE versions SET tags = ? WHERE sequence = ?').run(JSON.stringify(tags), sequence);
  }

  #addLatest(
    address: ObjectAddress,
    versionId: string,
    content: ObjectContent | undefined,
    modifiedAt: Date,
  ): string[] {
    // The bucket may have been deleted while the body was on its way.
    if (!this.#database.prepare('SELECT 1 FROM buckets WHERE name = ?').get(address.bucket))
      throw new S3Error('NoSuchBucket');
    const orphans = this.#deleteRow(address, versionId);
    const key = keyBytes(address.key);
    this.#database.prepare('UPDATE versions SET is_latest = 0 WHERE bucket = ? AND key = ?').run(address.bucket, key);
    this.#database
      .prepare(
        `INSERT INTO versions (bucket, key, version_id, is_latest, blob, size, etag, modified_at, headers, checksum, tags)
         VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        address.bucket,
        key,
        versionId,
        content?.blob ?? null,
        content?.size ?? 0,
        content?.etag ?? '',
        modifiedAt.getTime(),
        JSON.stringify(content?.headers ?? {}),
        content?.checksum ? JSON.stringify(content.checksum) : null,
        JSON.stringify(content?.tags ?? []),
      );
    return orphans;
  }

  #deleteRow(address: ObjectAddress, versionId: string): string[] {
    const rows = this.#database
      .prepare('DELETE FROM versions WHERE bucket = ? AND key = ? AND version_id = ? RETURNING blob')
      .all(address.bucket, keyBytes(address.key), versionId);
    return rows.flatMap((row) => (row.blob === null ? [] : [String(row.blob)]));
  }

  #expect<Kind extends 'object' | 'delete-marker'>(address: ObjectAddress, versionId: string, kind: Kind) {
    const version = this.version(address, versionId);
    if (version?.kind !== kind) throw new Error(`The version of ${address.key} just written is not there.`);
    return version as Extract<ObjectVersion | DeleteMarker, { kind: Kind }>;
  }
}

function newVersionId(): string {
  return randomBytes(16).toString('base64url');
}
