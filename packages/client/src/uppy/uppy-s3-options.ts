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
  /** The API's `MULTIPART_THRESHOLD`; 16 MiB if not given, as there. */
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

/** Options of @uppy/aws-s3 from version 6 on. */
export interface UppyS3Options {
  readonly shouldUseMultipart: (file: { size: number | null }) => boolean;
  readonly getChunkSize: (file: { size: number }) => number;
  readonly generateObjectKey: (file: FileOfUppy) => string;
  readonly signRequest: (request: Request) => Promise<Signed>;
}

/**
 * Lets @uppy/aws-s3 upload to imagemill, large files in parts that can be paused, and resumed after a reload of the page.
 *
 * A page with a Content-Security-Policy has to allow `connect-src data:`: see s3-answers.ts.
 *
 * @param imagemill of a page: with the address of a proxy that adds the key
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one callback for each option of Uppy, each of them short.
export function uppyS3Options(
  imagemill: Pick<Imagemill, 'requestUpload' | 'completeUpload' | 'deleteImage' | 'parts'>,
  { category, metadata, multipartAboveBytes = MULTIPART_ABOVE_BYTES }: UppyUploadOptions,
): UppyS3Options {
  const isLarge = ({ size }: { size: number | null }) => (size ?? 0) > multipartAboveBytes;
  /** By the key that Uppy asks for: all that a request to be signed tells of its file. */
  const files = new Map<string, FileOfUppy>();
  /** By the id of a file: what an earlier try has begun. */
  const begun = new Map<string, string>();

  async function issue(key: string, method: 'PUT' | 'MULTIPART'): Promise<UploadTicket> {
    const file = files.get(key);
    if (!file) throw new ImagemillError('This file is not known any more.', { code: 'unknown-file' });
    files.delete(key);
    const { name: filename, type, size } = file;
    const contentType = type || mediaTypeOf(filename);
    const request = { filename, contentType, contentLength: size ?? 0, category, method, metadata };
    const ticket = await imagemill.requestUpload(request);
    // A file that is tried again is another image: the one of the try that failed would be made as well.
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
    const message =
      'The API does not take this file in such parts: set multipartAboveBytes to its MULTIPART_THRESHOLD.';
    throw new ImagemillError(message, { code: 'not-multipart' });
  }

  async function put(key: string): Promise<Signed> {
    const { uploadUrl: url, headers, key: stored } = await issue(key, 'PUT');
    return { url, headers, key: stored };
  }

  /** An upload in parts has the id of its image: nothing has to be remembered to go on with it on another page. */
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

/** As the API plans its parts: each URL takes exactly as many bytes. */
const chunkSize = ({ size }: { size: number }): number => Math.max(8 * MIB, Math.ceil(size / PARTS_MAX / MIB) * MIB);
