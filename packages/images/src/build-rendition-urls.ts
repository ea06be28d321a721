import { StartUpError } from '@imagemill/service/start-up';
import { type Categories, missingSigningKeys, type SigningKey } from '@imagemill/variants';
import { createRenditionUrls, type RenditionUrls } from './rendition-urls.ts';

interface UrlSettings {
  readonly CDN_BASE_URL: string;
  readonly EDGE_BASE_URL?: string | undefined;
  readonly EDGE_SIGNING_KEYS: readonly SigningKey[];
  readonly SIGNED_URL_TTL_SECONDS: number;
}

/** The URLs of this deployment's renditions. @throws StartUpError if there are private categories and no signing key */
export function buildRenditionUrls(env: UrlSettings, categories: Categories): RenditionUrls {
  const problem = missingSigningKeys(categories, env.EDGE_SIGNING_KEYS);
  if (problem !== undefined) throw new StartUpError('The URLs of private images cannot be signed:', [problem]);
  return createRenditionUrls({
    cdnBaseUrl: env.CDN_BASE_URL,
    edgeBaseUrl: env.EDGE_BASE_URL ?? env.CDN_BASE_URL,
    keys: env.EDGE_SIGNING_KEYS,
    ttlSeconds: env.SIGNED_URL_TTL_SECONDS,
  });
}
