import type { UploadedPart } from '../upload/part-calls.ts';

/**
 * What S3 would have answered, as an address that answers it. @uppy/aws-s3 wants a URL of S3's for each of its calls; those
 * that begin, list, complete and abort an upload in parts are imagemill's, and have been made by the time that it asks here.
 */
const answering = (xml: string): string => `data:application/xml,${encodeURIComponent(xml)}`;

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;

export const begunAnswer = (uploadId: string): string =>
  answering(element('InitiateMultipartUploadResult', element('UploadId', uploadId)));

export const partsAnswer = (parts: readonly UploadedPart[]): string => {
  const listed = parts.map(({ partNumber, etag }) =>
    element('Part', element('PartNumber', String(partNumber)) + element('ETag', etag.replaceAll('"', ''))),
  );
  return answering(element('ListPartsResult', listed.join('')));
};

export const completedAnswer = (key: string): string =>
  answering(element('CompleteMultipartUploadResult', element('Location', key) + element('Key', key)));

export const abortedAnswer = (): string => answering('');
