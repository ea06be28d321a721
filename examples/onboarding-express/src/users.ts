import { DatabaseSync } from 'node:sqlite';

/** Shown until the thumbnails are ready: originals are private. */
const placeholder = '/placeholder.svg';

const schema = `
  CREATE TABLE IF NOT EXISTS tickets (
    imageId TEXT PRIMARY KEY,
    issuedAt INTEGER NOT NULL DEFAULT (unixepoch())
  ) STRICT;
  CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    createdAt INTEGER NOT NULL DEFAULT (unixepoch()),
    imageId TEXT NOT NULL UNIQUE,
    avatarStatus TEXT NOT NULL DEFAULT 'processing',
    avatarError TEXT,
    avatarSequence INTEGER NOT NULL DEFAULT 0,
    thumbnail100 TEXT NOT NULL DEFAULT '${placeholder}',
    thumbnail200 TEXT NOT NULL DEFAULT '${placeholder}',
    thumbnail400 TEXT NOT NULL DEFAULT '${placeholder}'
  ) STRICT;
  CREATE TABLE IF NOT EXISTS webhooks (
    id TEXT PRIMARY KEY,
    receivedAt INTEGER NOT NULL DEFAULT (unixepoch())
  ) STRICT;`;

interface User {
  id: number;
  name: string;
  email: string;
  /** Seconds since 1970. */
  createdAt: number;
  imageId: string;
  avatarStatus: string;
  avatarError: string | null;
  thumbnail100: string;
  thumbnail200: string;
  thumbnail400: string;
}

/** The result of an image, from its webhook or its status. `thumbnails` is set once it is ready. */
export interface AvatarResult {
  imageId: string;
  status: string;
  error: string | null;
  thumbnails: { 100: string; 200: string; 400: string } | undefined;
}

export type Users = ReturnType<typeof openUsers>;

/** The app's tables in a SQLite file, created if they do not exist. */
export function openUsers(file: string) {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  db.exec(`PRAGMA journal_mode = WAL; ${schema}`);
  const insertTicket = db.prepare('INSERT INTO tickets (imageId) VALUES (?)');
  const dropOldTickets = db.prepare("DELETE FROM tickets WHERE issuedAt < unixepoch('now', '-1 day')");
  const findTicket = db.prepare('SELECT 1 FROM tickets WHERE imageId = ?');
  const insertUser = db.prepare('INSERT INTO users (name, email, imageId) VALUES (?, ?, ?)');
  const deleteUser = db.prepare('DELETE FROM users WHERE id = ?');
  const findUser = db.prepare(`SELECT id, name, email, createdAt, imageId, avatarStatus, avatarError,
    thumbnail100, thumbnail200, thumbnail400 FROM users WHERE id = ?`);
  const updateAvatar = db.prepare(`UPDATE users SET avatarStatus = ?, avatarError = ?, avatarSequence = ?,
    thumbnail100 = coalesce(?, thumbnail100), thumbnail200 = coalesce(?, thumbnail200),
    thumbnail400 = coalesce(?, thumbnail400) WHERE imageId = ? AND avatarSequence <= ?`);
  const insertWebhook = db.prepare('INSERT OR IGNORE INTO webhooks (id) VALUES (?)');
  // imagemill deletes deliveries after ten days: there are no replays after that.
  const dropOldWebhooks = db.prepare("DELETE FROM webhooks WHERE receivedAt < unixepoch('now', '-11 days')");

  /** A later event has a larger sequence; an older event that arrives late changes nothing. */
  function setAvatar({ imageId, status, error, thumbnails }: AvatarResult, sequence: number): void {
    const urls = [thumbnails?.[100] ?? null, thumbnails?.[200] ?? null, thumbnails?.[400] ?? null];
    updateAvatar.run(status, error, sequence, ...urls, imageId, sequence);
  }

  return {
    addTicket(imageId: string): void {
      dropOldTickets.run();
      insertTicket.run(imageId);
    },
    hasTicket: (imageId: string) => findTicket.get(imageId) !== undefined,
    /** @throws with `errcode` 2067 if another user has the email or the image */
    add: (name: string, email: string, imageId: string) => Number(insertUser.run(name, email, imageId).lastInsertRowid),
    remove: (id: number) => void deleteUser.run(id),
    find: (id: number) => findUser.get(id) as User | undefined,
    setAvatar,
    /** Once per webhook id, in one transaction. */
    setAvatarOnce(webhookId: string, avatar: AvatarResult, sequence: number): void {
      db.exec('BEGIN IMMEDIATE');
      try {
        dropOldWebhooks.run();
        if (insertWebhook.run(webhookId).changes === 1) setAvatar(avatar, sequence);
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => db.close(),
  };
}
