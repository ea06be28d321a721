import { createHash } from 'node:crypto';

const LENGTH = 22;

/** Weak, because a response may be compressed: 128 bits of the SHA-256 of its body. */
export const weakEtag = (body: string | Buffer): string =>
  `W/"${createHash('sha256').update(body).digest('base64url').slice(0, LENGTH)}"`;
