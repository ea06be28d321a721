import type { DatabaseSync } from 'node:sqlite';
import { type DeleteMarker, keyBytes, keyText, type ObjectVersion, parseVersion, type Row } from './object-version.ts';

export interface ListQuery {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly after: ListCursor;
  readonly scope: 'current-objects' | 'all-versions';
}

/** A place between two rows: behind this version of this key, or behind all of its versions if `sequence` is 0. */
export interface ListCursor {
  readonly key: Buffer;
  readonly sequence: number;
}

type ListEntry =
  | { readonly kind: 'version'; readonly version: ObjectVersion | DeleteMarker }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface ListPage {
  readonly entries: readonly ListEntry[];
  /** Where the next page begins; undefined when there is none. */
  readonly next: ListCursor | undefined;
}

export const listStart: ListCursor = { key: Buffer.alloc(0), sequence: 0 };

/** UTF-8 has no byte 0xFF, so every key that begins with the prefix sorts before this. */
export function cursorAfterPrefix(prefix: string): ListCursor {
  return { key: Buffer.concat([keyBytes(prefix), Buffer.of(0xff)]), sequence: 0 };
}

export function cursorAfterKey(key: string): ListCursor {
  return { key: keyBytes(key), sequence: 0 };
}

/** The common prefix that stands for the key in a listing with a delimiter. */
export function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

export function listPage(database: DatabaseSync, query: ListQuery): ListPage {
  const entries: ListEntry[] = [];
  if (query.limit === 0) return { entries, next: undefined };
  let cursor = query.after;
  for (;;) {
    const rows = selectAfter(database, query, cursor);
    for (const row of rows) {
      if (entries.length === query.limit) return { entries, next: cursor };
      const group = groupOf(keyText(row.key), query.prefix, query.delimiter);
      if (group !== undefined) {
        entries.push({ kind: 'prefix', prefix: group });
        cursor = cursorAfterPrefix(group);
        // The rows at hand may belong to the same group: look again behind it.
        break;
      }
      entries.push({ kind: 'version', version: parseVersion(row) });
      cursor = { key: keyBytes(keyText(row.key)), sequence: query.scope === 'all-versions' ? Number(row.sequence) : 0 };
    }
    if (rows.length === 0) return { entries, next: undefined };
  }
}

function selectAfter(database: DatabaseSync, query: ListQuery, cursor: ListCursor): Row[] {
  const current = query.scope === 'current-objects' ? 'AND is_latest = 1 AND blob IS NOT NULL' : '';
  const statement = database.prepare(
    `SELECT * FROM versions
     WHERE bucket = ? AND key >= ? AND key < ? AND (key > ? OR (key = ? AND sequence < ?)) ${current}
     ORDER BY key, sequence DESC LIMIT ?`,
  );
  const prefix = keyBytes(query.prefix);
  const from = Buffer.compare(cursor.key, prefix) > 0 ? cursor.key : prefix;
  const end = cursorAfterPrefix(query.prefix).key;
  return statement.all(query.bucket, from, end, cursor.key, cursor.key, cursor.sequence, query.limit + 1);
}
