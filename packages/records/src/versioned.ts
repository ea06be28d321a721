import { z } from 'zod';

type Fields = Readonly<Record<string, unknown>>;

/** Turns a record of one version into one of the next version. It must not change its argument. */
export type Upgrade = (record: Fields) => Fields;

export interface Versioned<Record> {
  /** Parses a record of the current or an earlier version. A later version or a malformed record fails. */
  readonly stored: z.ZodType<Record>;
  /** The stored form of a record. @throws ZodError if the record is invalid */
  write(record: Record): Fields;
}

/**
 * A kind of record that is stored with its version. Processes use only the current form.
 *
 * @param versionField the field with the version; a record without it has version 1
 * @param upgrades one per earlier version: the first turns version 1 into 2, and so on. The current version is the number of
 *   upgrades plus 1.
 */
export function versioned<Record>(kind: {
  readonly schema: z.ZodType<Record>;
  readonly versionField: string;
  readonly upgrades: readonly Upgrade[];
}): Versioned<Record> {
  const { schema, versionField, upgrades } = kind;
  const today = upgrades.length + 1;

  const Stored = z
    .record(z.string(), z.unknown())
    .refine(({ [versionField]: version = 1 }) => Number.isInteger(version) && Number(version) >= 1, 'no version')
    .refine(({ [versionField]: version = 1 }) => Number(version) <= today, 'a later version')
    .transform(({ [versionField]: version = 1, ...record }) =>
      upgrades.slice(Number(version) - 1).reduce<Fields>((older, upgrade) => upgrade(older), record),
    );

  return {
    stored: Stored.pipe(schema as z.ZodType<Record, Fields>),
    write: (record) => ({ [versionField]: today, ...schema.parse(record) }),
  };
}
