/** What holds for every route. */
export const introduction = `
A seller's app asks for an upload URL, sends the photograph to it, and says so; a worker makes the renditions, and the image's
status, or a webhook, tells when they are there. The bytes never pass through this API.

**Errors** are \`application/problem+json\` (RFC 9457) with a stable \`code\`. A path that is no route is a 404 \`route-not-found\`; under
\`/v1\` a key is asked for first. Whoever sends headers over 16 KiB is answered 431, and whoever takes longer than 30 s for a request 408,
by the server itself and without a body.

**Every answer** has an \`X-Request-Id\`. \`HEAD\` is answered as \`GET\` without a body, and \`OPTIONS\` with the CORS headers for the
origins in \`API_CORS_ORIGINS\`. New fields may come to answers at any time: ignore those that you do not know.
`.trim();

export const tags = [
  { name: 'Uploads', description: 'From a ticket to the bytes.' },
  { name: 'Images', description: 'What became of an upload.' },
  { name: 'Events', description: "What the originals bucket tells, and what a tenant's endpoint is told." },
  { name: 'Operation', description: 'For the operator and the autoscaler.' },
  { name: 'Service', description: 'Health, and this document.' },
];
