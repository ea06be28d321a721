import { Tenant } from '@imagemill/variants';
import { z } from 'zod';
import { Scopes } from './scope.ts';

const NAME_LENGTH_MAX = 100;

/** What a key is for, in an operator's words; shown in terminals, so it holds nothing that steers one. */
export const KeyName = z
  .string()
  .regex(/^\P{C}+$/u, 'without control characters')
  .max(NAME_LENGTH_MAX, `up to ${NAME_LENGTH_MAX} characters`);

/** A key as it is kept: all of it but the key itself. Times are ISO 8601. */
export const StoredKey = z.object({
  id: z.string(),
  /** SHA-256 in hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  tenant: Tenant,
  scopes: Scopes,
  name: KeyName.optional(),
  createdAt: z.iso.datetime(),
  /** It is refused from then on; never if absent. */
  expiresAt: z.iso.datetime().optional(),
});
export type StoredKey = z.infer<typeof StoredKey>;
