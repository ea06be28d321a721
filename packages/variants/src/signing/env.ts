import { SigningKeys } from './signing-keys.ts';

/** The environment variable of every process that signs or verifies URLs. */
export const signingEnv = {
  EDGE_SIGNING_KEYS: SigningKeys.prefault('').describe(
    'keys that sign URLs of any size, and of private images: `kid:tenant:secret,…`, each secret 32 random bytes in hex or base64url; the same for the API, the workers and the edges',
  ),
};
