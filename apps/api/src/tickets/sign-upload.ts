import type { MultipartOfImage, RenderImage } from '@imagemill/queue';
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
  /** The image as an earlier request has made it. */
  readonly known: RenderImage | undefined;
}

type SigningServices = Pick<ApiServices, 'originals' | 'settings'>;

/** What of a ticket, and of its job, depends on the way that the bytes go. @throws StorageError */
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

/** What is begun here and comes to no job is aborted by the reconciler. */
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
 * A repeated request gets the same upload, as long as that one is valid; then a new one for the same image. A beginning in
 * the future comes from a clock that was set back since, or from another process: the storage refuses its signature.
 */
function beginning(createdAt: Date, ttlSeconds: number): Date {
  const now = new Date();
  const ageMs = now.getTime() - createdAt.getTime();
  return ageMs >= 0 && ageMs < ttlSeconds * 1000 ? createdAt : now;
}
