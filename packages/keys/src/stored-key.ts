import { Tenant } from '@imagemill/variants';
import { z } from 'zod';
import { Scopes } from './scope.ts';

const NAME_LENGTH_MAX = 100;

/** An operator's label for a key. Control characters are rejected, because the label is printed to terminals. */
export const KeyName = z
  .string()
  .regex(/^\P{C}+$/u, 'must have no control characters')
  .max(NAME_LENGTH_MAX, `must have at most ${NAME_LENGTH_MAX} characters`);

/** A stored key: everything except the key itself. Times are ISO 8601. */
export const StoredKey = z.object({
  id: z.string(),
  /** SHA-256 in hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  tenant: Tenant,
  scopes: Scopes,
  name: KeyName.optional(),
  createdAt: z.iso.datetime(),
  /** Rejected from this time on; never if absent. */
  expiresAt: z.iso.datetime().optional(),
});
export type StoredKey = z.infer<typeof StoredKey>;
