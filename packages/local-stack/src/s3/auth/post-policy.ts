import { S3Error } from '../errors.ts';

type Fields = Readonly<Record<string, string>>;

export interface PostPolicy {
  readonly conditions: readonly Condition[];
  readonly length: { readonly min: number; readonly max: number };
}

interface Condition {
  readonly operator: 'eq' | 'starts-with';
  readonly field: string;
  readonly value: string;
}

/** Fields that need no condition. */
const EXEMPT = new Set(['policy', 'x-amz-signature', 'file', 'awsaccesskeyid', 'signature']);

export function parsePostPolicy(encoded: string, now: Date): PostPolicy {
  const { expiration, conditions } = parseDocument(encoded);
  const expires = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(expires)) throw invalid('Policy needs a valid expiration.');
  if (now.getTime() > expires)
    throw new S3Error('AccessDenied', { message: 'Invalid according to Policy: Policy expired.' });
  if (!Array.isArray(conditions)) throw invalid('Policy needs conditions.');
  const ranges = conditions.filter(isLengthRange).map(([, min, max]) => ({ min: byteCount(min), max: byteCount(max) }));
  return {
    conditions: conditions.filter((condition) => !isLengthRange(condition)).flatMap(parseCondition),
    length: {
      min: Math.max(0, ...ranges.map((range) => range.min)),
      max: Math.min(Number.MAX_SAFE_INTEGER, ...ranges.map((range) => range.max)),
    },
  };
}

/** Every condition must hold of the fields, and every field must be covered by a condition. */
export function assertFieldsAllowed(policy: PostPolicy, fields: Fields): void {
  for (const condition of policy.conditions) {
    if (holds(condition, fields[condition.field] ?? '')) continue;
    const text = JSON.stringify([condition.operator, `$${condition.field}`, condition.value]);
    throw new S3Error('AccessDenied', { message: `Invalid according to Policy: Policy Condition failed: ${text}` });
  }
  const covered = new Set(policy.conditions.map((condition) => condition.field));
  const extra = Object.keys(fields).filter((name) => !covered.has(name) && !isExempt(name));
  if (extra.length === 0) return;
  throw new S3Error('AccessDenied', {
    message: `Invalid according to Policy: Extra input fields: ${extra.join(', ')}`,
  });
}

function isExempt(name: string): boolean {
  return EXEMPT.has(name) || name.startsWith('x-ignore-');
}

function holds(condition: Condition, value: string): boolean {
  if (condition.operator === 'eq') return value === condition.value;
  // A list of content types must hold nothing but allowed ones.
  const values = condition.field === 'content-type' ? value.split(',') : [value];
  return values.every((item) => item.startsWith(condition.value));
}

function isLengthRange(condition: unknown): condition is [string, unknown, unknown] {
  return Array.isArray(condition) && String(condition[0]).toLowerCase() === 'content-length-range';
}

function byteCount(value: unknown): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 0) throw invalid('content-length-range needs two numbers.');
  return count;
}

/** `{"acl": "private"}`, or `["eq", "$acl", "private"]`, or `["starts-with", "$key", "uploads/"]`. */
function parseCondition(condition: unknown): Condition[] {
  if (Array.isArray(condition)) {
    const [operator, field, value] = condition.map(String);
    const lowered = operator?.toLowerCase();
    if ((lowered === 'eq' || lowered === 'starts-with') && field?.startsWith('$') && value !== undefined) {
      return [{ operator: lowered, field: field.slice(1).toLowerCase(), value }];
    }
  } else if (typeof condition === 'object' && condition !== null) {
    return Object.entries(condition).map(([field, value]) => ({
      operator: 'eq',
      field: field.toLowerCase(),
      value: String(value),
    }));
  }
  throw invalid(`Policy condition is not supported: ${JSON.stringify(condition)}`);
}

function parseDocument(encoded: string): { expiration?: unknown; conditions?: unknown } {
  try {
    const document: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
    if (typeof document === 'object' && document !== null) return document;
  } catch (cause) {
    throw new S3Error('InvalidPolicyDocument', { message: 'Policy is not base64 of JSON.', cause });
  }
  throw invalid('Policy is not an object.');
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidPolicyDocument', { message: `Invalid Policy: ${message}` });
}
