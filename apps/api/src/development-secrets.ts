import type { ConfiguredKey } from '@imagemill/keys';
import type { z } from 'zod';

/**
 * Secrets that are published with the source, by variable: those of docker-compose.yml, and the placeholders of
 * deploy/kubernetes/secrets.example.yaml. API keys are listed by their hash.
 */
const published: Readonly<Record<string, readonly string[]>> = {
  FOLLOW_TOKEN_SECRET: [
    'imagemill-development-only-follow-token-secret',
    'replace-me-with-32-or-more-random-bytes',
    'replace-me-with-32-or-more-random-bytes-too',
  ],
  BOARD_SESSION_SECRET: [
    'imagemill-development-only-board-session-secret',
    'replace-me-with-32-or-more-random-bytes',
    'replace-me-with-32-or-more-random-bytes-too',
  ],
  API_KEYS: [
    '43ec94afa9a7a47101a50dd5cc3e875cc1be85e571d0cb57cddccbe14cfb3b1f',
    '58736909f9858aee7d573c61a9da16538a5eeaadfed2068b38eb9a1375098603',
    'ccb02d80357194ae69d5658c08f72030aec31d21065ac995b03b14eb54be65ee',
  ],
  S3_ACCESS_KEY_ID: ['imagemill-dev', 'access-key'],
  S3_SECRET_ACCESS_KEY: ['imagemill-dev-secret', 'secret-key'],
};

interface ApiSecrets {
  readonly HOST: string;
  readonly PUBLISHED_ADDRESS?: string | undefined;
  readonly API_BASE_URL: string;
  readonly S3_PUBLIC_ENDPOINT?: string | undefined;
  readonly API_KEYS?: readonly ConfiguredKey[] | undefined;
  readonly FOLLOW_TOKEN_SECRET?: readonly string[] | undefined;
  readonly BOARD_SESSION_SECRET?: readonly string[] | undefined;
  readonly S3_ACCESS_KEY_ID?: string | undefined;
  readonly S3_SECRET_ACCESS_KEY?: string | undefined;
}

/** For the schema of the API's environment: published secrets are errors, unless only this machine can reach the API. */
export function refuseDevelopmentSecrets(env: ApiSecrets, context: z.RefinementCtx): void {
  const open = openAddress(env);
  if (open === undefined) return;
  const { FOLLOW_TOKEN_SECRET, BOARD_SESSION_SECRET, API_KEYS = [], S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = env;
  const secrets = {
    FOLLOW_TOKEN_SECRET,
    BOARD_SESSION_SECRET,
    S3_ACCESS_KEY_ID,
    S3_SECRET_ACCESS_KEY,
    API_KEYS: API_KEYS.map(({ hash }) => hash.toString('hex')),
  };
  for (const [name, value] of Object.entries(secrets)) {
    if (![value ?? []].flat().some((secret) => published[name]?.includes(secret))) continue;
    const message = `has a public development secret: set your own, because ${open} is not a loopback address`;
    context.addIssue({ code: 'custom', path: [name], message });
  }
}

/** The first variable whose address is not a loopback address. */
function openAddress({ HOST, PUBLISHED_ADDRESS, API_BASE_URL, S3_PUBLIC_ENDPOINT }: ApiSecrets): string | undefined {
  const addresses: [name: string, host: string | undefined][] = [
    PUBLISHED_ADDRESS === undefined ? ['HOST', HOST] : ['PUBLISHED_ADDRESS', PUBLISHED_ADDRESS],
    ['API_BASE_URL', new URL(API_BASE_URL).hostname],
    ['S3_PUBLIC_ENDPOINT', S3_PUBLIC_ENDPOINT && new URL(S3_PUBLIC_ENDPOINT).hostname],
  ];
  return addresses.find(([, host]) => host !== undefined && !isLoopback(host))?.[0];
}

const isLoopback = (host: string) => /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
