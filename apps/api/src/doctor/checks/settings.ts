import type { ConfiguredKey } from '@imagemill/keys';
import { createKeyStore } from '@imagemill/keys';
import { parseEnv } from '@imagemill/service/environment';
import { StartUpError } from '@imagemill/service/start-up';
import { apiEnv } from '../../env.ts';
import { type Check, ok, problem, warning } from '../finding.ts';
import type { RedisConnection } from '../redis-connection.ts';

type EnvSource = Readonly<Record<string, string | undefined>>;

/** The API's own check of its variables: missing and invalid ones, and public development secrets on public addresses. */
export const settingsCheck = (source: EnvSource): Check => ({
  name: 'settings',
  async run() {
    try {
      parseEnv(apiEnv, source);
      return [ok('the API accepts its variables')];
    } catch (error) {
      if (!(error instanceof StartUpError)) throw error;
      return error.problems.map((message) =>
        problem(message, 'Until this is corrected, the API does not start: see docs/configuration.md.'),
      );
    }
  },
});

/** There is a key with which sellers can upload, and none that ends soon. */
export const keysCheck = (
  configured: readonly ConfiguredKey[],
  prefix: string,
  ready: () => Promise<RedisConnection>,
): Check => ({
  name: 'API keys',
  async run() {
    const stored = await createKeyStore(await ready(), prefix).list();
    const now = Date.now();
    const valid = stored.filter(({ expiresAt }) => expiresAt === undefined || Date.parse(expiresAt) > now);
    const canUpload = [...configured, ...valid].some(({ scopes }) => scopes.includes('upload'));
    const soon = valid.filter(({ expiresAt }) => expiresAt !== undefined && Date.parse(expiresAt) < now + WEEK_MS);
    return [
      canUpload
        ? ok(`valid keys: ${configured.length + valid.length}`)
        : problem('no valid key has the scope upload', 'Create one: imagemill keys create --tenant NAME'),
      ...soon.map(({ id, tenant }) =>
        warning(`the key ${id} of ${tenant} expires within a week`, 'Create a new key: see docs/http-api.md.'),
      ),
    ];
  },
});

const WEEK_MS = 7 * 24 * 3600_000;
