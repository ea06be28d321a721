import type { UploadedPart } from '../upload/part-calls.ts';

/**
 * A response of S3, as a URL that returns it. @uppy/aws-s3 needs an S3 URL for each of its calls; the calls that create, list,
 * complete and abort a multipart upload have been made to imagemill's API by then.
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
