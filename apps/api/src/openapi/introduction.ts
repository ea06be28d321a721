/** Rules for every route. */
export const introduction = `
A seller's app requests an upload URL, uploads the photograph to it, and reports the upload. A worker makes the renditions. The
image's status, its live events and a webhook show when they are ready. The bytes never pass through this API.

**Errors** are \`application/problem+json\` (RFC 9457) with a stable \`code\`. An unknown path is a 404 \`route-not-found\`; under
\`/v1\` the key is checked first. Two errors have no body: 431 for headers over 16 KiB, and 408 for a request that takes longer than 30 s
to arrive.

**Every response** has an \`X-Request-Id\`. \`HEAD\` works like \`GET\` without a body. \`OPTIONS\` returns the CORS headers for the origins
in \`API_CORS_ORIGINS\`. Responses may gain new fields at any time: ignore unknown fields.
`.trim();

export const tags = [
  { name: 'Uploads', description: 'From the ticket to the uploaded file.' },
  { name: 'Images', description: 'Status, renditions and deletion of images.' },
  { name: 'Events', description: "Events from the originals bucket, and webhooks to a tenant's endpoint." },
  { name: 'Moderation', description: 'Images that moderation keeps back, for operators.' },
  { name: 'Operation', description: 'For operators and autoscalers.' },
  { name: 'Service', description: 'Health, and this document.' },
];
