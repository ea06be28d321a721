import type { Readable } from 'node:stream';
import { buildXml, type XmlElement } from './xml.ts';

export interface S3Response {
  readonly status: number;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: string | Readable;
}

export function emptyResponse(status: number, headers: S3Response['headers'] = {}): S3Response {
  return { status, headers };
}

export function xmlResponse(root: string, content: XmlElement, headers: S3Response['headers'] = {}): S3Response {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: buildXml(root, content),
  };
}
