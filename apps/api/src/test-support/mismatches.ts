import type { SchemaObject } from 'ajv';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { OpenApiDocument } from '../openapi/document.ts';

/** Mismatches between a value and the schema at a path of the document. */
export type Mismatches = (value: unknown, ...path: readonly string[]) => string[];

export function createMismatches(document: OpenApiDocument): Mismatches {
  // Most schemas check a few values: to inline references and to optimise the code takes longer than it saves.
  const cheap = { inlineRefs: false, code: { optimize: false } };
  // `document.test.ts` validates the document itself.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, ...cheap });
  formats.default(ajv);
  ajv.addSchema(closed(document) as SchemaObject, 'openapi');
  const compiled = new Map<string, ValidateFunction>();

  return (value, ...path) => {
    const pointer = path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  };
}

/** The document allows new fields in responses; tests do not. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, key === 'requestBody' ? value : closed(value)]);
  const copy = Object.fromEntries(entries);
  const isObject = typeof copy.properties === 'object' && copy.type === 'object';
  return isObject && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}
