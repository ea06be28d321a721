import { S3Error } from './errors.ts';
import { matchesWildcard } from './wildcard.ts';

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/**
 * Bucket policies as far as they concern anonymous readers. What we would have to ignore (conditions, other principals)
 * is refused when the policy is put: a policy that is only half obeyed opens what it meant to keep shut.
 */
export function parsePolicy(document: string): Statement[] {
  const policy = parseJson(document);
  const statements = isRecord(policy) ? listOf(policy.Statement) : [];
  if (statements.length === 0) throw malformed('The policy needs a Statement.');
  return statements.map(parseStatement);
}

export function isPubliclyAllowed(document: string | undefined, action: string, resource: string): boolean {
  if (document === undefined) return false;
  const matching = parsePolicy(document).filter(
    (statement) =>
      statement.actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      statement.resources.some((pattern) => matches(pattern, resource)),
  );
  return matching.length > 0 && matching.every((statement) => statement.effect === 'Allow');
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `${bucketArn(bucket)}/${key}`;
}

function matches(pattern: string, text: string): boolean {
  return matchesWildcard(pattern, text, { questionMark: true });
}

function parseStatement(statement: unknown): Statement {
  if (!isRecord(statement)) throw malformed('A statement must be an object.');
  const known = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource']);
  const unknown = Object.keys(statement).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new S3Error('NotImplemented', { message: `Policies with ${unknown.join(', ')} are not supported.` });
  const { Effect: effect, Principal: principal } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Effect must be Allow or Deny.');
  const principals = isRecord(principal) ? listOf(principal.AWS) : listOf(principal);
  if (!principals.includes('*')) throw new S3Error('NotImplemented', { message: 'Only the principal * is supported.' });
  return { effect, actions: textsOf(statement.Action, 'Action'), resources: textsOf(statement.Resource, 'Resource') };
}

function textsOf(value: unknown, name: string): string[] {
  const texts = listOf(value).filter((item) => typeof item === 'string');
  if (texts.length === 0) throw malformed(`A statement needs ${name}.`);
  return texts;
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (cause) {
    throw new S3Error('MalformedPolicy', { message: 'The policy is not JSON.', cause });
  }
}

function malformed(message: string): S3Error {
  return new S3Error('MalformedPolicy', { message });
}
