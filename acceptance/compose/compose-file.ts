import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { test: readonly string[] };
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');

/** The services of docker-compose.yml, merged, with variables interpolated from the given environment. */
export function composeServices(set: Readonly<Record<string, string>> = {}): Readonly<Record<string, ComposeService>> {
  return composeFile(set).services;
}

function composeFile(set: Readonly<Record<string, string>> = {}): { services: Record<string, ComposeService> } {
  const interpolated = (_: unknown, value: unknown) => (typeof value === 'string' ? interpolate(value, set) : value);
  return parse(text, interpolated, { merge: true });
}

/** Compose Specification: `${NAME:-default}` if unset or empty, `${NAME-default}` if unset, `$$` for `$`. */
function interpolate(value: string, set: Readonly<Record<string, string>>): string {
  const pattern = /\$\$|\$\{(\w+)(:?)-([^}]*)\}/g;
  return value.replace(pattern, (_whole, name: string | undefined, colon: string, fallback: string) => {
    if (name === undefined) return '$';
    return (colon === '' ? set[name] : set[name] || undefined) ?? fallback;
  });
}

/** The errors of docker-compose.yml under the Compose Specification's JSON schema, as shipped with dclint. */
export function schemaErrors(file: unknown = composeFile()): readonly string[] {
  const schemaUrl = new URL('schemas/compose.schema.json', import.meta.resolve('dclint/package.json'));
  // The schema refers to draft-07 by a URL that Ajv does not know, and uses Compose's own formats (`duration`, `ports`).
  const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile(JSON.parse(readFileSync(schemaUrl, 'utf8')));
  validate(file);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Converts `40s` and `1m30s` to milliseconds. */
export function durationMs(duration: string): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  const parts = [...duration.matchAll(/(\d+)(ms|[hms])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? Number.NaN), 0);
}
