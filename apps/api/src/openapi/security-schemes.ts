/** API keys and follow tokens, both sent as `Authorization: Bearer`. */
export const securitySchemes = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'im_live_…',
    description: [
      'A key of a tenant, with one or more scopes; each route names the scope that it requires.',
      '`upload`: tickets and images. `admin`: the backlog, dead letters and webhook deliveries.',
      '`moderate`: images that moderation keeps back, of all tenants.',
      "`storage`: the originals bucket's events.",
    ].join('\n\n'),
  },
  followToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "A ticket's `followToken`: gives the seller's browser read access to that one image for a day.",
  },
  followTokenInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'token',
    description:
      'The same token, for EventSource and WebSocket in browsers, which cannot send headers. API keys are not accepted here.',
  },
} as const;
