import type { DatabaseSync } from 'node:sqlite';
import { S3Error } from '../errors.ts';
import { transaction } from './database.ts';

export type SettingKind = 'cors' | 'lifecycle' | 'notification' | 'policy' | 'versioning';

export interface Bucket {
  readonly name: string;
  readonly createdAt: Date;
}

export class Buckets {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  create(name: string, createdAt: Date): void {
    const insert = this.#database.prepare('INSERT OR IGNORE INTO buckets (name, created_at) VALUES (?, ?)');
    if (insert.run(name, createdAt.getTime()).changes === 0) throw new S3Error('BucketAlreadyOwnedByYou');
  }

  list(): Bucket[] {
    const rows = this.#database.prepare('SELECT name, created_at FROM buckets ORDER BY name').all();
    return rows.map((row) => ({ name: String(row.name), createdAt: new Date(Number(row.created_at)) }));
  }

  exists(name: string): boolean {
    return this.#database.prepare('SELECT 1 FROM buckets WHERE name = ?').get(name) !== undefined;
  }

  assertExists(name: string): void {
    if (!this.exists(name)) throw new S3Error('NoSuchBucket', { details: { BucketName: name } });
  }

  /** Returns the blobs of uploads that end with the bucket. */
  remove(name: string): string[] {
    return transaction(this.#database, () => {
      this.assertExists(name);
      const version = this.#database.prepare('SELECT 1 FROM versions WHERE bucket = ? LIMIT 1').get(name);
      if (version !== undefined) throw new S3Error('BucketNotEmpty');
      const parts = this.#database
        .prepare('SELECT blob FROM parts JOIN uploads ON uploads.id = upload_id WHERE bucket = ?')
        .all(name);
      this.#database.prepare('DELETE FROM buckets WHERE name = ?').run(name);
      return parts.map((row) => String(row.blob));
    });
  }

  setting(bucket: string, kind: SettingKind): string | undefined {
    const select = this.#database.prepare('SELECT document FROM bucket_settings WHERE bucket = ? AND kind = ?');
    const row = select.get(bucket, kind);
    return row && String(row.document);
  }

  saveSetting(bucket: string, kind: SettingKind, document: string): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO bucket_settings (bucket, kind, document) VALUES (?, ?, ?)')
      .run(bucket, kind, document);
  }

  removeSetting(bucket: string, kind: SettingKind): void {
    this.#database.prepare('DELETE FROM bucket_settings WHERE bucket = ? AND kind = ?').run(bucket, kind);
  }
}
