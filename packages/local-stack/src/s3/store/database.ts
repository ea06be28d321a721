import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartUpError } from '@imagemill/service/start-up';

// Keys are blobs, not text: they compare byte by byte, as in S3's listings, and may contain any character.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS bucket_settings (
    bucket TEXT NOT NULL REFERENCES buckets,
    kind TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (bucket, kind)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS objects (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL REFERENCES buckets,
    key BLOB NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    headers TEXT NOT NULL,
    checksum TEXT,
    UNIQUE (bucket, key)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES buckets,
    key BLOB NOT NULL,
    initiated_at INTEGER NOT NULL,
    headers TEXT NOT NULL
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

/** Increase it whenever the tables change: a data directory of another version is rejected. */
const SCHEMA_VERSION = 2;

/** @throws StartUpError if the directory cannot be used, or was written by another version of this server */
export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(join(dataDir, 'index.sqlite'), { enableForeignKeyConstraints: true });
  try {
    // Exclusive: a second server would delete the first one's incoming blobs as crash leftovers.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    createTables(database, dataDir);
  } catch (cause) {
    database.close();
    if (cause instanceof StartUpError) throw cause;
    throw new StartUpError(`The data directory ${dataDir} cannot be used.`, [
      'Check that no other S3 server is using it.',
      String(cause),
    ]);
  }
  return database;
}

function createTables(database: DatabaseSync, dataDir: string): void {
  const isNew = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table'").get() === undefined;
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (!isNew && version !== SCHEMA_VERSION) {
    throw new StartUpError(`The data directory ${dataDir} was written by another version of imagemill.`, [
      'Delete it to start with empty buckets, or go back to that version.',
    ]);
  }
  database.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`);
}

/** Runs as one transaction. It is synchronous: no other request runs in between. */
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
