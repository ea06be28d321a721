import { ImageId, originalKey, publicUrl, renditionKey, Tenant } from '@imagemill/variants';
/** All examples are about one image, so that readers can follow it through the document. */
export const exampleImageId = ImageId.parse('01a206fb-fa12-72e2-9c6c-2ad9049d1cfa');

const key = originalKey({
  tenant: Tenant.parse('demo'),
  category: 'product',
  imageId: exampleImageId,
  contentType: 'image/jpeg',
});
const thumb = {
  imageId: exampleImageId,
  revision: '28517072f33a',
  variant: 'thumb',
  format: 'avif',
  visibility: 'public',
} as const;
const rendition = publicUrl('https://cdn.example.com', renditionKey(thumb));

export const exampleTicketRequest = {
  filename: 'shoe.jpg',
  contentType: 'image/jpeg',
  contentLength: 483_211,
  category: 'product',
  metadata: { sku: 'A-1000' },
};

export const exampleTicket = {
  imageId: exampleImageId,
  key,
  uploadUrl: `https://originals.example.com/${key}?X-Amz-Signature=0a1b2c`,
  method: 'PUT',
  headers: { 'content-type': 'image/jpeg', 'cache-control': 'private', 'if-none-match': '*' },
  expiresAt: '2026-11-23T06:14:01.000Z',
  statusUrl: `https://images.example.com/v1/images/${exampleImageId}`,
  eventsUrl: `https://images.example.com/v1/images/${exampleImageId}/events`,
  followToken: 'eyJ…',
  renditions: [{ variant: 'thumb', format: 'avif', url: rendition }],
};

export const exampleImportRequest = {
  url: 'https://shop.example.com/photos/shoe.jpg',
  category: 'product',
  metadata: { sku: 'A-1000' },
};

export const exampleImportTicket = {
  imageId: exampleImageId,
  statusUrl: exampleTicket.statusUrl,
  eventsUrl: exampleTicket.eventsUrl,
  followToken: exampleTicket.followToken,
  renditions: exampleTicket.renditions,
};

export const exampleFormTicket = {
  ...exampleTicket,
  uploadUrl: 'https://originals.example.com/',
  method: 'POST',
  headers: {},
  fields: { key: exampleTicket.key, 'Content-Type': 'image/jpeg', Policy: 'eyJ…', 'X-Amz-Signature': '0a1b2c' },
};

export const examplePartsTicket = {
  ...exampleTicket,
  uploadUrl: `https://images.example.com/v1/images/${exampleImageId}/parts`,
  method: 'MULTIPART',
  headers: {},
  partSize: 8_388_608,
  partCount: 3,
};

export const exampleSignedParts = {
  parts: [
    {
      partNumber: 1,
      url: `${exampleTicket.uploadUrl}&partNumber=1&uploadId=2f3c`,
      headers: {},
      contentLength: 8_388_608,
    },
  ],
  expiresAt: exampleTicket.expiresAt,
};

export const exampleUploadedParts = {
  parts: [{ partNumber: 1, size: 8_388_608, etag: '"9b2cf535f27731c974343645a3985328"' }],
};

export const exampleSizeUrl = {
  url: `https://cdn.example.com/images/${exampleImageId}?w=320&f=auto&exp=1785492000&kid=k1&s=3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`,
  expiresAt: '2026-07-31T10:00:00.000Z',
};

export const exampleBucketEvent = {
  Records: [
    {
      eventName: 'ObjectCreated:Put',
      s3: {
        bucket: { name: 'imagemill-originals' },
        object: {
          key,
          eTag: '9b2cf535f27731c974343645a3985328',
        },
      },
    },
  ],
};

export const exampleImage = {
  imageId: exampleImageId,
  category: 'product',
  filename: exampleTicketRequest.filename,
  metadata: exampleTicketRequest.metadata,
  status: 'ready',
  progress: { done: 1, total: 1 },
  source: {
    format: 'jpeg',
    width: 807,
    height: 1024,
    orientation: 1,
    colourSpace: 'srgb',
    hasAlpha: false,
    frames: 1,
    bytes: 483_211,
  },
  placeholder: '3OcRJYB4d3h/iIeHeEh3eIhw+j2w',
  dominantColour: '#8a8478',
  warnings: [
    {
      code: 'too-small',
      variants: ['large', 'retina', 'og'],
      width: 807,
      height: 1024,
      needed: { width: 1892, height: 2400 },
    },
    { code: 'location-removed' },
  ],
  renditions: [{ variant: 'thumb', format: 'avif', url: rendition, width: 150, height: 150, bytes: 2400 }],
  attempts: 1,
  createdAt: '2026-11-23T06:00:01.000Z',
  readyAt: '2026-11-23T06:00:03.000Z',
};

export const exampleReport = {
  imageId: exampleImageId,
  category: 'product',
  filename: exampleTicketRequest.filename,
  status: 'ready',
  source: { ...exampleImage.source, hasLocation: true },
  warnings: exampleImage.warnings,
  examined: 'pixels',
};

export const exampleRejectedImage = {
  imageId: exampleImageId,
  category: 'product',
  filename: 'shoe.jpg',
  metadata: {},
  status: 'rejected',
  progress: { done: 0, total: 12 },
  renditions: [],
  attempts: 1,
  createdAt: '2026-11-23T06:00:01.000Z',
  error: { code: 'corrupt', message: 'The image is damaged.' },
};

export const exampleHeldImages = {
  heldImages: [
    {
      imageId: exampleImageId,
      tenant: 'demo',
      category: 'product',
      filename: 'shoe.jpg',
      metadata: {},
      by: 'service',
      reason: 'phone-number',
      message: 'This image is waiting for moderation.',
      heldAt: '2026-11-23T06:00:03.000Z',
      createdAt: '2026-11-23T06:00:01.000Z',
      previewUrl: `https://originals.example.com/previews/${exampleImageId}.jpg?X-Amz-Signature=0a1b2c`,
      previewExpiresAt: '2026-11-23T06:14:01.000Z',
    },
  ],
};

const exampleTimes = { createdAt: '2026-11-23T06:00:01.000Z', startedAt: '2026-11-23T06:05:12.000Z' };

export const exampleDeadLetters = {
  deadLetters: [
    {
      imageId: exampleImageId,
      tenant: 'demo',
      category: 'product',
      attempts: 5,
      ...exampleTimes,
      code: 'storage-unavailable',
      message: 'The object storage does not answer.',
      worker: 'worker-1',
      failedAt: '2026-11-23T06:05:17.000Z',
    },
  ],
  nextCursor: 50,
};

export const examplePurgeId = '5f6c2d0e-8a34-4b0e-9d7e-2f0c6a1b9e55';

const code = 'purge-failed';

export const exampleFailedPurges = {
  purges: [
    {
      id: examplePurgeId,
      imageId: exampleImageId,
      tenant: 'demo',
      reason: 'deleted',
      attempts: 10,
      code,
      message: 'webhook: status-502',
      requestedAt: '2026-11-23T06:05:12.000Z',
      failedAt: '2026-11-24T03:11:40.000Z',
    },
  ],
  nextCursor: 50,
};

export const exampleEventId = `evt_${exampleImageId}_ready_28517072f33a`;

export const exampleDeliveries = {
  deliveries: [
    {
      id: exampleEventId,
      type: 'image.ready',
      sequence: 1_795_413_603_000,
      tenant: 'demo',
      imageId: exampleImageId,
      timestamp: '2026-11-23T06:00:03.000Z',
      status: 'delivered',
      attempts: [{ at: '2026-11-23T06:00:03.000Z', ms: 84, status: 204 }],
    },
  ],
};

export const exampleBacklog = {
  backlog: 120,
  waiting: 112,
  active: 8,
  delayedDue: 0,
  looksDue: 0,
  messagesDue: 0,
  delayed: 31,
  failed: 0,
  oldestWaitingMs: 5400,
  predictedSeconds: 72.5,
  endedPerSecond: 3.2,
  ageSeconds: 0,
};
