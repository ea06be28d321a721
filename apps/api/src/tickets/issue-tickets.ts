import type { RenderImage } from '@imagemill/queue';
import type { ObjectStorage, PresignUpload } from '@imagemill/storage';
import { CACHE_PRIVATE, originalKey, plannedRenditions, type Tenant } from '@imagemill/variants';
import type { ApiServices } from '../http/api-route.ts';
import type { AdmittedImage } from '../limits/admit-tickets.ts';
import type { UploadRequest } from './upload-request.ts';
import type { UploadTicket } from './upload-ticket.ts';

type TicketServices = Pick<ApiServices, 'originals' | 'queue' | 'records' | 'followTokens' | 'settings'>;

interface AdmittedRequest {
  readonly request: UploadRequest;
  readonly image: AdmittedImage;
}

interface SignedTicket {
  readonly ticket: UploadTicket;
  /** None for an image that is known already. */
  readonly job: RenderImage | undefined;
}

/** Signs tickets, and adds the jobs that wait for their uploads. Harmless to do again for the same images. */
export function createIssueTickets(services: TicketServices) {
  const { queue, settings } = services;
  return async (tenant: Tenant, requests: readonly AdmittedRequest[]): Promise<UploadTicket[]> => {
    // Signed before the jobs are added, and given out after: no URL without a job, no job without a URL.
    const signed = await Promise.all(requests.map((each) => sign(services, tenant, each)));
    const jobs = signed.flatMap(({ job }) => job ?? []);
    if (jobs.length > 0) await queue.addAll(jobs, settings.uploadCheckDelayMs);
    return signed.map(({ ticket }) => ticket);
  };
}

async function sign(
  { originals, records, followTokens, settings }: TicketServices,
  tenant: Tenant,
  { request, image: { imageId, createdAt, isRepeated } }: AdmittedRequest,
): Promise<SignedTicket> {
  const { contentType, contentLength, filename, checksumSha256, metadata } = request;
  const { name: category, set, revision } = request.category;
  const key = originalKey({ tenant, category, imageId, contentType });
  const upload = await signUpload(originals, request.method, {
    key,
    contentType,
    contentLength,
    checksumSha256,
    expiresInSeconds: settings.uploadUrlTtlSeconds,
    signedAt: signingTime(createdAt, settings.uploadUrlTtlSeconds),
    metadata: { filename: encodeURIComponent(filename) },
    cacheControl: CACHE_PRIVATE,
  });
  const image = { imageId, tenant, category, originalKey: key, contentType, filename, metadata, checksumSha256 };
  const times = { createdAt: createdAt.toISOString(), uploadExpiresAt: upload.expiresAt };
  // One that has ended, and whose job is forgotten by now, would look as if it waited for its upload again.
  const isKnown = isRepeated && (await records.locate(tenant, imageId)) !== undefined;
  return {
    job: isKnown ? undefined : { ...image, ...times },
    ticket: {
      imageId,
      key,
      ...upload.how,
      expiresAt: upload.expiresAt,
      statusUrl: `${settings.apiBaseUrl}/v1/images/${imageId}`,
      eventsUrl: `${settings.apiBaseUrl}/v1/images/${imageId}/events`,
      followToken: await followTokens?.issue({ tenant, imageId }, createdAt),
      renditions: plannedRenditions({ imageId, set, revision, cdnBaseUrl: settings.cdnBaseUrl }),
    },
  };
}

/** What of a ticket depends on the way that the bytes go. */
async function signUpload(originals: ObjectStorage, method: UploadRequest['method'], upload: PresignUpload) {
  if (method === 'POST') {
    const { url: uploadUrl, fields, expiresAt } = await originals.presignPost(upload);
    return { how: { method, uploadUrl, headers: {}, fields: { ...fields } }, expiresAt: expiresAt.toISOString() };
  }
  const { url: uploadUrl, headers, expiresAt } = await originals.presignUpload(upload);
  return { how: { method, uploadUrl, headers: { ...headers } }, expiresAt: expiresAt.toISOString() };
}

/** A repeated request gets the same URL, as long as that one is valid; then a new one for the same image. */
function signingTime(createdAt: Date, ttlSeconds: number): Date {
  const now = new Date();
  return now.getTime() < createdAt.getTime() + ttlSeconds * 1000 ? createdAt : now;
}
