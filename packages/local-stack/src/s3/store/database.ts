import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

// Keys are blobs, not text: they compare byte by byte, as S3 lists them, and may hold any character.
const schema = `
  CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS bucket_settings (
    bucket TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE,
    kind TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (bucket, kind)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS versions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL REFERENCES buckets,
    key BLOB NOT NULL,
    version_id TEXT NOT NULL,
    is_latest INTEGER NOT NULL,
    blob TEXT,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    headers TEXT NOT NULL,
    checksum TEXT,
    tags TEXT NOT NULL,
    UNIQUE (bucket, key, version_id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS versions_by_key ON versions (bucket, key, sequence DESC);
  CREATE INDEX IF NOT EXISTS current_by_key ON versions (bucket, key) WHERE is_latest = 1 AND blob IS NOT NULL;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE,
    key BLOB NOT NULL,
    initiated_at INTEGER NOT NULL,
    headers TEXT NOT NULL,
    tags TEXT NOT NULL,
    checksum_algorithm TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS parts (
    upload_id TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    checksum TEXT,
    PRIMARY KEY (upload_id, number)
  ) STRICT;
`;

export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(join(dataDir, 'index.sqlite'), { enableForeignKeyConstraints: true });
  try {
    // Exclusive: a second server would take the first one's incoming blobs for leavings of a crash.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec(schema);
  } catch (cause) {
    database.close();
    throw new Error(`The data directory ${dataDir} cannot be used; does another server use it?`, { cause });
  }
  return database;
}

/** All or nothing. Being synchronous, it also lets no other request come in between. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
