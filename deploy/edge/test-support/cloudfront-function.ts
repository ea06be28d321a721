import crypto from 'node:crypto';
import { readFile } from 'node:fs/promises';

interface Parameter {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

export interface CloudFrontRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Record<string, Parameter>;
  readonly headers: Record<string, { readonly value: string }>;
}

interface CloudFrontResponse {
  readonly statusCode: number;
}

type Handler = (event: { request: CloudFrontRequest }) => Promise<CloudFrontRequest | CloudFrontResponse>;

/** The function's file, with Node's crypto and a key-value store of the given keys in place of the runtime's modules. */
export async function loadFunction(keys: Readonly<Record<string, string>>): Promise<Handler> {
  const file = await readFile(new URL('../cloudfront/viewer-request.js', import.meta.url), 'utf8');
  const code = file.replaceAll(/^import .*$/gm, '');
  const get = async (key: string) => {
    const value = keys[key];
    if (value === undefined) throw new Error('KeyNotFound');
    return value;
  };
  return new Function('crypto', 'cf', `'use strict'; ${code}\nreturn handler;`)(crypto, { kvs: () => ({ get }) });
}

/** A request as CloudFront passes it to a function. */
export function requestOf(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): CloudFrontRequest {
  const [uri = '', query = ''] = url.split('?');
  const querystring: Record<string, Parameter> = {};
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', value = ''] = pair.split('=');
    const values = [...(querystring[name]?.multiValue ?? (querystring[name] ? [querystring[name]] : [])), { value }];
    querystring[name] = values.length > 1 ? { value, multiValue: values } : { value };
  }
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), { value }]);
  return { method, uri, querystring, headers: Object.fromEntries(lowerCase) };
}

/** The URL that the origin receives. */
export function urlOf({ uri, querystring }: CloudFrontRequest): string {
  const query = Object.entries(querystring).map(([name, { value }]) => `${name}=${value}`);
  return query.length > 0 ? `${uri}?${query.join('&')}` : uri;
}
