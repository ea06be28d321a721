/** The two things that may stand behind `Authorization: Bearer`. */
export const securitySchemes = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'im_live_…',
    description: [
      'A key of a tenant, with one or more scopes; each route names the one that it needs.',
      '`upload`: tickets, images and what becomes of them. `admin`: the backlog, dead letters and webhook deliveries.',
      "`storage`: the originals bucket's events.",
    ].join('\n\n'),
  },
  followToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "A ticket's `followToken`: reads that one image for a day, and is meant for the seller's browser.",
  },
  followTokenInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description:
      "The same, for a browser's EventSource and WebSocket, which can't send it as a header. Never an API key.",
  },
} as const;
