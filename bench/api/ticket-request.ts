import type { Contender } from './contenders.ts';

const body = JSON.stringify({
  filename: 'shoe.jpg',
  contentType: 'image/jpeg',
  contentLength: 2_000_000,
  category: 'product',
});

/** The ticket request that all loads send. */
export const ticketRequest = ({ headers }: Contender) => ({
  method: 'POST' as const,
  headers: { ...headers, 'content-type': 'application/json' },
  body,
});
