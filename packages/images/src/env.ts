import { httpUrl, whole } from '@imagemill/service/environment';
import { signingEnv } from '@imagemill/variants';

/** The environment variables of every process that gives URLs of renditions to tenants, beside CDN_BASE_URL. */
export const renditionUrlsEnv = {
  ...signingEnv,
  EDGE_BASE_URL: httpUrl()
    .optional()
    .describe('public URL of the edge, or of a CDN in front of it, for private images; CDN_BASE_URL if not set'),
  SIGNED_URL_TTL_SECONDS: whole(60, 604_800)
    .prefault('3600')
    .describe('lifetime of the URLs of private images; a response has at least three quarters of it left'),
};
