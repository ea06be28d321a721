import type { Contender } from './contenders.ts';

const body = JSON.stringify({
  filename: 'shoe.jpg',
  contentType: 'image/jpeg',
  contentLength: 2_000_000,
  category: 'product',
});

/** The request for a ticket that every load is made of. */
export const ticketRequest = ({ headers }: Contender) => ({
  method: 'POST' as const,
  headers: { ...headers, 'content-type': 'application/json' },
  body,
});
