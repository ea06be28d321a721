import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { childElements, childText, childTexts, parseXml, type XmlElement } from './xml.ts';

interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

/** The headers that let a browser's script read the response; empty if no rule of the bucket allows it. */
export function corsHeaders(request: S3Request, configuration: string | undefined): Record<string, string> {
  const cors = corsRequestOf(request);
  if (!cors || configuration === undefined) return {};
  const rule = parseCors(configuration).find((candidate) => allows(candidate, cors));
  return rule ? grantedHeaders(rule, cors) : {};
}

export function isPreflight(request: S3Request): boolean {
  return request.method === 'OPTIONS' && corsRequestOf(request) !== undefined;
}

/** @throws S3Error `MalformedXML` if a rule lacks an origin or a method, or has a pattern with several wildcards */
export function parseCors(document: string): XmlElement[] {
  const rules = childElements(parseXml(document, 'CORSConfiguration'), 'CORSRule');
  if (rules.length === 0 || !rules.every(isComplete)) throw new S3Error('MalformedXML');
  return rules;
}

function isComplete(rule: XmlElement): boolean {
  const patterns = [...childTexts(rule, 'AllowedOrigin'), ...childTexts(rule, 'AllowedHeader')];
  return (
    childText(rule, 'AllowedOrigin') !== undefined &&
    childText(rule, 'AllowedMethod') !== undefined &&
    patterns.every((pattern) => pattern.split('*').length <= 2)
  );
}

function corsRequestOf(request: S3Request): CorsRequest | undefined {
  const {
    origin,
    'access-control-request-method': requested,
    'access-control-request-headers': list,
  } = request.sentHeaders;
  if (origin === undefined) return undefined;
  if (request.method !== 'OPTIONS') return { origin, method: request.method, headers: [] };
  if (requested === undefined) return undefined;
  const headers = (list ?? '').split(',').map((name) => name.trim().toLowerCase());
  return { origin, method: requested, headers: headers.filter((name) => name !== '') };
}

function allows(rule: XmlElement, cors: CorsRequest): boolean {
  const allowedHeaders = childTexts(rule, 'AllowedHeader').map((pattern) => pattern.toLowerCase());
  return (
    childTexts(rule, 'AllowedOrigin').some((pattern) => matches(pattern, cors.origin)) &&
    childTexts(rule, 'AllowedMethod').includes(cors.method) &&
    cors.headers.every((name) => allowedHeaders.some((pattern) => matches(pattern, name)))
  );
}

/** A pattern has at most one `*`, which stands for any characters. */
function matches(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return text === pattern;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

function grantedHeaders(rule: XmlElement, cors: CorsRequest): Record<string, string> {
  const anyOrigin = childTexts(rule, 'AllowedOrigin').includes('*');
  const exposed = childTexts(rule, 'ExposeHeader').join(', ');
  const maxAge = childText(rule, 'MaxAgeSeconds');
  return {
    'access-control-allow-origin': anyOrigin ? '*' : cors.origin,
    'access-control-allow-methods': childTexts(rule, 'AllowedMethod').join(', '),
    ...(cors.headers.length > 0 && { 'access-control-allow-headers': cors.headers.join(', ') }),
    ...(exposed !== '' && { 'access-control-expose-headers': exposed }),
    ...(maxAge !== undefined && { 'access-control-max-age': maxAge }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}
