import { parseEnv } from '@imagemill/service/environment';
import { StartUpError } from '@imagemill/service/start-up';
import { apiEnv } from './env.ts';

/** One-shot: fails if the API would refuse its settings, so that nothing else starts with development secrets. */
try {
  parseEnv(apiEnv, process.env);
} catch (error) {
  process.stderr.write(`${error instanceof StartUpError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
