import { z } from 'zod';

/** Standard Webhooks requires 24 to 64 random bytes, in base64. */
const isLongEnough = (secret: string) => {
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64').byteLength;
  return bytes >= 24 && bytes <= 64;
};

export const WebhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'must be "whsec_" followed by base64')
  .refine(isLongEnough, 'must encode 24 to 64 bytes');
