import type { RenderImage } from '@imagemill/records';
import { CACHE_PRIVATE, originalKey, ownSpec, type Tenant } from '@imagemill/variants';
import type { ApiServices } from '../http/api-route.ts';
import type { AdmittedImage } from '../limits/admit-tickets.ts';
import { repeatedImage } from './repeated-image.ts';
import { signUpload } from './sign-upload.ts';
import type { UploadRequest } from './upload-request.ts';
import type { UploadTicket } from './upload-ticket.ts';

type TicketServices = Pick<
  ApiServices,
  'originals' | 'queue' | 'records' | 'renditionUrls' | 'followTokens' | 'settings' | 'metadataOf'
>;

interface AdmittedRequest {
  readonly request: UploadRequest;
  readonly image: AdmittedImage;
}

interface SignedTicket {
  readonly ticket: UploadTicket;
  /** Undefined for an image that already exists. */
  readonly job: RenderImage | undefined;
}

/** Signs tickets, and adds the jobs that wait for their uploads. Repeating it for the same images is harmless. */
export function createIssueTickets(services: TicketServices) {
  const { queue, settings } = services;
  return async (tenant: Tenant, requests: readonly AdmittedRequest[]): Promise<UploadTicket[]> => {
    // Sign before adding the jobs, and return the URLs after: no URL without a job, no job without a URL.
    const signed = await Promise.all(requests.map((each) => sign(services, tenant, each)));
    const jobs = signed.flatMap(({ job }) => job ?? []);
    if (jobs.length > 0) await queue.awaitUploads(jobs, settings.uploadCheckDelayMs);
    return signed.map(({ ticket }) => ticket);
  };
}

async function sign(
  services: TicketServices,
  tenant: Tenant,
  { request, image: admitted }: AdmittedRequest,
): Promise<SignedTicket> {
  const { records, renditionUrls, followTokens, settings } = services;
  const { imageId, createdAt } = admitted;
  const { contentType, contentLength, filename, checksumSha256, metadata, focus, enhance } = request;
  const { name: category } = request.category;
  const key = originalKey({ tenant, category, imageId, contentType });
  const known = await repeatedImage(records, tenant, admitted);
  const object = {
    key,
    contentType,
    contentLength,
    checksumSha256,
    cacheControl: CACHE_PRIVATE,
    metadata: services.metadataOf(request),
  };
  const wanted = { imageId, createdAt, method: request.method, object, known };
  const { how, expiresAt, ...upload } = await signUpload(services, wanted);
  const given = { contentType, contentLength, filename, metadata, focus, enhance, checksumSha256 };
  const image = { imageId, tenant, category, originalKey: key, ...given };
  const times = { createdAt: createdAt.toISOString(), uploadExpiresAt: expiresAt };
  return {
    job: known ? undefined : { ...image, ...times, ...upload },
    ticket: {
      imageId,
      key,
      ...how,
      expiresAt,
      statusUrl: `${settings.apiBaseUrl}/v1/images/${imageId}`,
      eventsUrl: `${settings.apiBaseUrl}/v1/images/${imageId}/events`,
      followToken: followTokens?.issue({ tenant, imageId }, createdAt),
      renditions: renditionUrls.planned({ tenant, imageId }, ownSpec(request.category, request)),
    },
  };
}
