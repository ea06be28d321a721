import { createImagemill, type Imagemill } from '@imagemill/client';
import { httpUrl, parseEnv } from '@imagemill/service/environment';
import { type Command, InvalidArgumentError } from 'commander';
import { targetEnv } from '../env.ts';
import { FailureToExplain } from '../explain.ts';
import { readStackFile } from '../stack/stack-file.ts';

export interface TargetOptions {
  readonly api?: string;
  readonly key?: string;
}

/** Adds the options that select an API. */
export const withTarget = (command: Command): Command =>
  command
    .option('--api <url>', 'API to use (default: IMAGEMILL_API_URL, else the local stack)', apiUrl)
    .option('--key <key>', "API key (default: IMAGEMILL_API_KEY, else the local stack's)");

/**
 * A client of the API that the options select, otherwise the environment, otherwise the local stack.
 *
 * @throws FailureToExplain if there is none, or the key is malformed
 */
export async function apiOf(options: TargetOptions): Promise<Imagemill> {
  const env = parseEnv(targetEnv, process.env);
  const stack = await readStackFile(env.IMAGEMILL_DIR);
  const baseUrl = options.api ?? env.IMAGEMILL_API_URL ?? stack?.apiUrl;
  const apiKey = options.key ?? env.IMAGEMILL_API_KEY ?? stack?.apiKey;
  if (!baseUrl) {
    throw new FailureToExplain(
      'No local stack is running in this folder. Start one with `npx -y pnpm@12 start`, or name an API with --api.',
    );
  }
  if (!apiKey) throw new FailureToExplain('No API key. Pass one with --key, or set IMAGEMILL_API_KEY.');
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new FailureToExplain('This API key is not valid: it contains white space or non-ASCII characters.');
  }
  return createImagemill({ baseUrl, apiKey });
}

function apiUrl(text: string): string {
  if (httpUrl().safeParse(text).success) return text;
  throw new InvalidArgumentError('It must be an http:// or https:// URL.');
}
