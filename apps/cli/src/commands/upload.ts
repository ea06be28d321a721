import { createImagemill } from '@imagemill/client';
import { httpUrl, parseEnv } from '@imagemill/service';
import type { Command } from 'commander';
import { uploadEnv } from '../env.ts';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { FailureToExplain } from '../explain.ts';
import { uploadAndShow } from '../show/upload-and-show.ts';
import { readStackFile } from '../stack/stack-file.ts';

interface UploadOptions {
  category: string;
  api?: string;
  key?: string;
  json?: boolean;
}

/** `imagemill upload <files…>`: puts photographs through a running imagemill, as a seller app would. */
export function upload(program: Command): void {
  program
    .command('upload')
    .description('upload photographs and show what became of them')
    .argument('<files...>', 'jpeg, png, webp, avif, gif or tiff; or http(s) URLs, which a worker downloads')
    .option('-c, --category <name>', 'which variant set to make: product, avatar, or one of your own', 'product')
    .option('--api <url>', 'API to upload to (default: the local stack; or IMAGEMILL_API_URL)')
    .option('--key <key>', "API key (default: the local stack's; or IMAGEMILL_API_KEY)")
    .option('--json', 'for scripts: a JSON object a line for each photograph, as soon as it has ended')
    .addHelpText('after', '\nExit codes: 0 all are ready, 1 one is not, 2 wrong usage, 130 interrupted.')
    .hook('preAction', exitWithoutReader)
    // So that what is to be done at an exit is done, as giving the terminal its cursor back.
    .hook('preAction', () => void process.once('SIGINT', () => process.exit(130)))
    .action(async (files: string[], options: UploadOptions) => {
      const imagemill = createImagemill(await target(options));
      const allReady = await uploadAndShow(
        imagemill,
        files.map((path) => ({ path, category: options.category })),
        options,
      );
      if (!allReady) process.exitCode = 1;
    });
}

async function target(options: UploadOptions): Promise<{ baseUrl: string; apiKey: string }> {
  const env = parseEnv(uploadEnv, process.env);
  const stack = await readStackFile(env.IMAGEMILL_DIR);
  const baseUrl = options.api ?? env.IMAGEMILL_API_URL ?? stack?.apiUrl;
  const apiKey = options.key ?? env.IMAGEMILL_API_KEY ?? stack?.apiKey;
  if (!baseUrl)
    throw new FailureToExplain('No imagemill runs here. Start one with `pnpm start`, or name one with --api.');
  if (!apiKey) throw new FailureToExplain('Name an API key with --key.');
  if (!httpUrl().safeParse(baseUrl).success) throw new FailureToExplain('--api must be an http:// or https:// URL.');
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new FailureToExplain('An API key holds no white space and nothing beyond ASCII.');
  return { baseUrl, apiKey };
}
