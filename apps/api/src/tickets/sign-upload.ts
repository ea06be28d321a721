import type { MultipartOfImage, RenderImage } from '@imagemill/records';
import type { PresignUpload } from '@imagemill/storage';
import type { ImageId } from '@imagemill/variants';
import type { ApiServices, ApiSettings } from '../http/api-route.ts';
import { partCount, planParts } from '../multipart/part-plan.ts';
import type { UploadRequest } from './upload-request.ts';

export interface UploadToSign {
  readonly imageId: ImageId;
  readonly createdAt: Date;
  readonly method: UploadRequest['method'];
  readonly object: Omit<PresignUpload, 'expiresInSeconds' | 'signedAt'>;
  /** The image of an earlier request with the same key. */
  readonly known: RenderImage | undefined;
}

type SigningServices = Pick<ApiServices, 'originals' | 'settings'>;

/** The fields of a ticket and of its job that depend on the upload method. @throws StorageError */
export function signUpload(services: SigningServices, upload: UploadToSign) {
  const { method, object } = upload;
  if (method === 'POST') return signForm(services, upload);
  const isLarge = object.contentLength > services.settings.multipartThreshold;
  return method === 'MULTIPART' && isLarge ? beginParts(services, upload) : signPut(services, upload);
}

async function signPut({ originals, settings }: SigningServices, upload: UploadToSign) {
  const { url: uploadUrl, method, headers, expiresAt } = await originals.presignUpload(timed(upload, settings));
  return { how: { method, uploadUrl, headers: { ...headers } }, expiresAt: expiresAt.toISOString() };
}

async function signForm({ originals, settings }: SigningServices, upload: UploadToSign) {
  const { url: uploadUrl, method, fields, expiresAt } = await originals.presignPost(timed(upload, settings));
  return { how: { method, uploadUrl, headers: {}, fields: { ...fields } }, expiresAt: expiresAt.toISOString() };
}

const timed = ({ object, createdAt }: UploadToSign, { uploadUrlTtlSeconds }: ApiSettings): PresignUpload => ({
  ...object,
  expiresInSeconds: uploadUrlTtlSeconds,
  signedAt: beginning(createdAt, uploadUrlTtlSeconds),
});

/** The reconciler aborts multipart uploads that never get a job. */
async function beginParts(
  { originals, settings }: SigningServices,
  { imageId, createdAt, object, known }: UploadToSign,
) {
  const { apiBaseUrl, multipartTtlSeconds } = settings;
  const { contentLength } = object;
  const plan = known?.multipart ?? { contentLength, partSize: planParts(contentLength) };
  const multipart: MultipartOfImage | undefined = known
    ? known.multipart
    : { ...plan, uploadId: await originals.multipart.create(object) };
  const expiresAt = new Date(beginning(createdAt, multipartTtlSeconds).getTime() + multipartTtlSeconds * 1000);
  const how = {
    method: 'MULTIPART' as const,
    uploadUrl: `${apiBaseUrl}/v1/images/${imageId}/parts`,
    headers: {},
    partSize: plan.partSize,
    partCount: partCount(plan),
  };
  return { how, expiresAt: known?.multipart ? known.uploadExpiresAt : expiresAt.toISOString(), multipart };
}

/**
 * A repeated request gets the same upload while it is valid, then a new one for the same image. A start time in the
 * future comes from a clock that was set back, or from another process: the storage would reject its signature.
 */
function beginning(createdAt: Date, ttlSeconds: number): Date {
  const now = new Date();
  const ageMs = now.getTime() - createdAt.getTime();
  return ageMs >= 0 && ageMs < ttlSeconds * 1000 ? createdAt : now;
}
