import { CACHE_PRIVATE, originalKey, plannedRenditions, type Tenant } from '@imagemill/variants';
import type { ApiServices } from '../http/api-route.ts';
import type { AdmittedImage } from '../limits/admit-ticket.ts';
import type { UploadRequest } from './upload-request.ts';
import type { UploadTicket } from './upload-ticket.ts';

type TicketServices = Pick<ApiServices, 'originals' | 'queue' | 'records' | 'followTokens' | 'settings'>;

/** Signs a ticket, and adds the job that waits for its upload. Harmless to do again for the same image. */
export function createIssueTicket({ originals, queue, records, followTokens, settings }: TicketServices) {
  return async (tenant: Tenant, request: UploadRequest, admitted: AdmittedImage): Promise<UploadTicket> => {
    const { contentType, contentLength, filename, checksumSha256, metadata } = request;
    const { name: category, set, revision } = request.category;
    const { imageId, createdAt, isRepeated } = admitted;
    const key = originalKey({ tenant, category, imageId, contentType });
    // Signed before the job is added, and given out after: no URL without a job, no job without a URL.
    const upload = await originals.presignUpload({
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
    const times = { createdAt: createdAt.toISOString(), uploadExpiresAt: upload.expiresAt.toISOString() };
    const isKnown = isRepeated && (await records.locate(tenant, imageId)) !== undefined;
    // One that has ended, and whose job is forgotten by now, would look as if it waited for its upload again.
    if (!isKnown) await queue.add({ ...image, ...times }, settings.uploadCheckDelayMs);

    return {
      imageId,
      key,
      uploadUrl: upload.url,
      method: upload.method,
      headers: { ...upload.headers },
      expiresAt: times.uploadExpiresAt,
      statusUrl: `${settings.apiBaseUrl}/v1/images/${imageId}`,
      eventsUrl: `${settings.apiBaseUrl}/v1/images/${imageId}/events`,
      followToken: await followTokens?.issue({ tenant, imageId }, createdAt),
      renditions: plannedRenditions({ imageId, set, revision, cdnBaseUrl: settings.cdnBaseUrl }),
    };
  };
}

/** A repeated request gets the same URL, as long as that one is valid; then a new one for the same image. */
function signingTime(createdAt: Date, ttlSeconds: number): Date {
  const now = new Date();
  return now.getTime() < createdAt.getTime() + ttlSeconds * 1000 ? createdAt : now;
}
