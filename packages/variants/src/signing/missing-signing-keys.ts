import { type Categories, privateCategories } from '../categories.ts';
import type { SigningKey } from './signing-keys.ts';

/** The message for an operator whose private categories cannot have URLs; undefined if all is well. */
export function missingSigningKeys(categories: Categories, keys: readonly SigningKey[]): string | undefined {
  const names = privateCategories(categories);
  if (names.length === 0 || keys.length > 0) return undefined;
  return `VARIANT_SETS_FILE has private categories (${names.join(', ')}), whose URLs are signed: set EDGE_SIGNING_KEYS to kid:tenant:secret,…`;
}
