import type { AwsS3Options } from '@uppy/aws-s3';
import { randomKey } from '../api/random-key.ts';
import type { Imagemill } from '../create-imagemill.ts';
import { ImagemillError } from '../errors.ts';
import type { UploadTicket } from '../types.ts';
import { mediaTypeOf } from '../upload/media-type.ts';
import { abortedAnswer, begunAnswer, completedAnswer, partsAnswer } from './s3-answers.ts';

const MIB = 1024 * 1024;
const MULTIPART_ABOVE_BYTES = 16 * MIB;
const PARTS_MAX = 10_000;

export interface UppyUploadOptions {
  readonly category: string;
  readonly metadata?: Record<string, string> | undefined;
  /** The API's `MULTIPART_THRESHOLD`; 16 MiB by default, as in the API. */
  readonly multipartAboveBytes?: number | undefined;
}

type SignRequest = Extract<AwsS3Options<never, never>, { signRequest: unknown }>['signRequest'];
type Request = Parameters<SignRequest>[0];
type Signed = Awaited<ReturnType<SignRequest>>;

interface FileOfUppy {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number | null;
}

/** Options of @uppy/aws-s3, version 6 or newer. */
export interface UppyS3Options {
  readonly shouldUseMultipart: (file: { size: number | null }) => boolean;
  readonly getChunkSize: (file: { size: number }) => number;
  readonly generateObjectKey: (file: FileOfUppy) => string;
  readonly signRequest: (request: Request) => Promise<Signed>;
}

/**
 * Lets @uppy/aws-s3 upload to imagemill: large files in parts, which can be paused, and resumed after a page reload.
 *
 * A Content-Security-Policy must allow `connect-src data:`: see s3-answers.ts.
 *
 * @param imagemill in a page, with the URL of a proxy that adds the API key
 */
export function uppyS3Options(
  imagemill: Pick<Imagemill, 'requestUpload' | 'completeUpload' | 'deleteImage' | 'parts'>,
  { category, metadata, multipartAboveBytes = MULTIPART_ABOVE_BYTES }: UppyUploadOptions,
): UppyS3Options {
  const isLarge = ({ size }: { size: number | null }) => (size ?? 0) > multipartAboveBytes;
  /** By Uppy's object key: requests to sign contain nothing else about their file. */
  const files = new Map<string, FileOfUppy>();
  /** The image of an earlier attempt, by the id of the file. */
  const begun = new Map<string, string>();

  async function issue(key: string, method: 'PUT' | 'MULTIPART'): Promise<UploadTicket> {
    const file = files.get(key);
    if (!file) throw new ImagemillError('This file is no longer known.', { code: 'unknown-file' });
    files.delete(key);
    const { name: filename, type, size } = file;
    const contentType = type || mediaTypeOf(filename);
    const request = { filename, contentType, contentLength: size ?? 0, category, method, metadata };
    const ticket = await imagemill.requestUpload(request);
    // A retry creates a new image: without this, the image of the failed attempt would stay.
    const before = begun.get(file.id);
    begun.set(file.id, ticket.imageId);
    if (before !== undefined) await imagemill.deleteImage(before).catch(() => {});
    return ticket;
  }

  async function begin(key: string, file: FileOfUppy | undefined): Promise<Signed> {
    const ticket = await issue(key, 'MULTIPART');
    const partSize = chunkSize({ size: file?.size ?? 0 });
    if (ticket.method === 'MULTIPART' && ticket.partSize === partSize) {
      return { url: begunAnswer(ticket.imageId), key: ticket.key };
    }
    await imagemill.deleteImage(ticket.imageId).catch(() => {});
    const message = 'The API does not accept parts of this size: set multipartAboveBytes to its MULTIPART_THRESHOLD.';
    throw new ImagemillError(message, { code: 'not-multipart' });
  }

  async function put(key: string): Promise<Signed> {
    const { uploadUrl: url, headers, key: stored } = await issue(key, 'PUT');
    return { url, headers, key: stored };
  }

  /** The id of a multipart upload is that of its image, so another page can resume it without further state. */
  async function signOfUpload(request: Request & { uploadId: string }): Promise<Signed> {
    const { key, uploadId: imageId } = request;
    if ('partNumber' in request) return onePart(imageId, request.partNumber);
    if (request.method === 'GET') return { url: partsAnswer(await imagemill.parts.uploaded(imageId)) };
    if (request.method === 'DELETE') {
      await imagemill.deleteImage(imageId);
      return { url: abortedAnswer() };
    }
    await imagemill.completeUpload(imageId);
    return { url: completedAnswer(key) };
  }

  async function onePart(imageId: string, partNumber: number): Promise<Signed> {
    const { parts } = await imagemill.parts.sign(imageId, [partNumber]);
    const [part] = parts;
    if (!part) throw new ImagemillError('The API signed no part.', { code: 'unexpected-answer' });
    return { url: part.url, headers: part.headers };
  }

  return {
    shouldUseMultipart: isLarge,
    getChunkSize: chunkSize,
    generateObjectKey(file) {
      const key = `${randomKey()}/${file.name}`;
      files.set(key, file);
      return key;
    },
    signRequest: async (request) => {
      if ('uploadId' in request && request.uploadId) return signOfUpload(request);
      return request.method === 'POST' ? begin(request.key, files.get(request.key)) : put(request.key);
    },
  };
}

/** The same part size as the API's: each URL accepts exactly that many bytes. */
const chunkSize = ({ size }: { size: number }): number => Math.max(8 * MIB, Math.ceil(size / PARTS_MAX / MIB) * MIB);
