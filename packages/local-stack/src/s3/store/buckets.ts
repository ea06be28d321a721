import type { DatabaseSync } from 'node:sqlite';
import { S3Error } from '../errors.ts';

type SettingKind = 'cors' | 'policy';

export interface Buckets {
  /** @throws S3Error `BucketAlreadyOwnedByYou` */
  create(name: string, createdAt: Date): void;
  /** Creates the bucket if it does not exist. */
  ensure(name: string, createdAt: Date): void;
  /** @throws S3Error `NoSuchBucket` */
  assertExists(name: string): void;
  setting(bucket: string, kind: SettingKind): string | undefined;
  saveSetting(bucket: string, kind: SettingKind, document: string): void;
}

export function createBuckets(database: DatabaseSync): Buckets {
  const insert = database.prepare('INSERT OR IGNORE INTO buckets (name, created_at) VALUES (?, ?)');
  const select = database.prepare('SELECT 1 FROM buckets WHERE name = ?');
  const selectSetting = database.prepare('SELECT document FROM bucket_settings WHERE bucket = ? AND kind = ?');
  const replaceSetting = database.prepare(
    'INSERT OR REPLACE INTO bucket_settings (bucket, kind, document) VALUES (?, ?, ?)',
  );
  return {
    create(name, createdAt) {
      if (insert.run(name, createdAt.getTime()).changes === 0) throw new S3Error('BucketAlreadyOwnedByYou');
    },
    ensure: (name, createdAt) => void insert.run(name, createdAt.getTime()),
    assertExists(name) {
      if (!select.get(name)) throw new S3Error('NoSuchBucket', { details: { BucketName: name } });
    },
    setting(bucket, kind) {
      const row = selectSetting.get(bucket, kind);
      return row && String(row.document);
    },
    saveSetting: (bucket, kind, document) => void replaceSetting.run(bucket, kind, document),
  };
}
