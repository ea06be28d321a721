import type { DatabaseSync } from 'node:sqlite';
import { keyBytes, parseObject, type StoredObject } from './stored-object.ts';

export interface ListQuery {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  /** Only keys that sort after this one. */
  readonly after: Buffer;
}

type ListEntry =
  | { readonly is: 'object'; readonly object: StoredObject }
  | { readonly is: 'prefix'; readonly prefix: string };

export interface ListPage {
  readonly entries: readonly ListEntry[];
  /** The start of the next page; undefined after the last page. */
  readonly next: Buffer | undefined;
}

export function listPage(database: DatabaseSync, query: ListQuery): ListPage {
  const entries: ListEntry[] = [];
  if (query.limit === 0) return { entries, next: undefined };
  let after = query.after;
  for (;;) {
    const objects = selectAfter(database, query, after);
    for (const object of objects) {
      if (entries.length === query.limit) return { entries, next: after };
      const group = groupOf(object.key, query);
      if (group !== undefined) {
        entries.push({ is: 'prefix', prefix: group });
        after = endOf(group);
        // The remaining rows may belong to the same group: query again after it.
        break;
      }
      entries.push({ is: 'object', object });
      after = keyBytes(object.key);
    }
    if (objects.length === 0) return { entries, next: undefined };
  }
}

/** UTF-8 has no byte 0xFF: every key with the prefix sorts before this. */
function endOf(prefix: string): Buffer {
  return Buffer.concat([keyBytes(prefix), Buffer.of(0xff)]);
}

/** The common prefix that represents the key in a listing with a delimiter. */
function groupOf(key: string, { prefix, delimiter }: ListQuery): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

function selectAfter(database: DatabaseSync, { bucket, prefix, limit }: ListQuery, after: Buffer): StoredObject[] {
  const statement = database.prepare(
    'SELECT * FROM objects WHERE bucket = ? AND key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?',
  );
  return statement.all(bucket, keyBytes(prefix), after, endOf(prefix), limit + 1).map(parseObject);
}
