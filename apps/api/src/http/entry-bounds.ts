import { z } from 'zod';

/** An array or a record with more entries than its schema allows. */
interface Overfull {
  readonly path: readonly string[];
  readonly max: number;
}

/**
 * The most entries of an array or record: `max` of an array, `maxProperties` in the description of a record. Undefined for
 * other schemas.
 */
export function entriesMax(schema: z.core.$ZodType): number | undefined {
  if (schema instanceof z.ZodRecord) return schema.meta()?.maxProperties as number | undefined;
  if (!(schema instanceof z.ZodArray)) return undefined;
  const bounds = (schema.def.checks ?? []).flatMap(({ _zod: { def } }) =>
    def.check === 'max_length' ? (def as z.core.$ZodCheckMaxLengthDef).maximum : [],
  );
  return bounds.length === 0 ? undefined : Math.min(...bounds);
}

/**
 * The first array or record of an input that has too many entries. Call it before the schema validates the input: zod
 * makes an error for every wrong entry, however many there are.
 */
export function findOverfull(
  schema: z.core.$ZodType,
  input: unknown,
  path: readonly string[] = [],
): Overfull | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const max = entriesMax(schema);
  if (max !== undefined && Object.keys(input).length > max) return { path, max };
  for (const [inner, name] of partsOf(schema, input)) {
    const value = name === undefined ? input : (input as Record<string, unknown>)[name];
    const overfull = findOverfull(inner, value, name === undefined ? path : [...path, name]);
    if (overfull) return overfull;
  }
  return undefined;
}

/** The schemas inside a schema, each with the key of its value; without a key for the value itself. */
function partsOf(schema: z.core.$ZodType, input: object): [schema: z.core.$ZodType, name?: string][] {
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape).map(([name, inner]) => [inner, name]);
  if (schema instanceof z.ZodArray) return Object.keys(input).map((index) => [schema.element, index]);
  if (schema instanceof z.ZodRecord) return Object.keys(input).map((name) => [schema.valueType, name]);
  return innerSchemas(schema).map((inner) => [inner]);
}

/** What an optional, a default, a pipe or a union is made of; none for other schemas. */
export function innerSchemas(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return [...schema.options];
  if (schema instanceof z.ZodPipe) return [schema.in];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return [schema.unwrap()];
  }
  return [];
}
