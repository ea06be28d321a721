import type { Image, ImageStatus } from '@imagemill/client';
import { messageFor } from '@imagemill/client/messages';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { apiOf, type TargetOptions, withTarget } from '../seller/api-target.ts';
import { humanBytes } from '../show/human-bytes.ts';
import { plainTable } from '../show/plain-table.ts';
import { plainText } from '../show/plain-text.ts';
import { helpAfter, targetEnvironment } from './help.ts';

/** The largest page of the API. */
const PAGE_MAX = 100;
const statuses = [
  ...(['awaiting-upload', 'queued', 'processing', 'ready', 'rejected', 'held', 'failed', 'expired'] as const),
] satisfies ImageStatus[];

interface ListOptions extends TargetOptions {
  readonly category?: string;
  readonly status?: ImageStatus;
  readonly limit: number;
  readonly json?: boolean;
}

/** `imagemill list`: the images of the key's tenant. */
export function list(program: Command): void {
  withTarget(
    program
      .command('list')
      .description('list uploaded images, the newest first')
      .option('-c, --category <name>', 'only this category')
      .addOption(new Option('-s, --status <status>', 'only this status').choices(statuses))
      .option('-n, --limit <number>', 'how many at most', limit, 20)
      .option('--json', "print the API's status of each image, a JSON object per line"),
  )
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill list', 'the newest 20 images'],
          ['imagemill list --status rejected -n 100', 'rejected images, with the reasons'],
          ['imagemill list --json -n 10000 | jq .filename', 'for scripts'],
        ],
        environment: targetEnvironment,
        exitCodes: [
          [0, 'done'],
          [1, 'the API could not be used'],
          [2, 'wrong usage'],
        ],
      }),
    )
    .hook('preAction', exitWithoutReader)
    .action(async ({ category, status, limit, json, ...target }: ListOptions) => {
      const imagemill = await apiOf(target);
      const images: Image[] = [];
      let hasMore = false;
      for await (const image of imagemill.listImages({ category, status, limit: Math.min(limit + 1, PAGE_MAX) })) {
        hasMore = images.length === limit;
        if (hasMore) break;
        images.push(image);
        if (json) process.stdout.write(`${JSON.stringify(image)}\n`);
      }
      if (json) return;
      process.stdout.write(`${images.length === 0 ? 'There are no images.' : plainText(table(images))}\n`);
      if (hasMore) process.stderr.write(`There are more images. Raise --limit to see them.\n`);
    });
}

function limit(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
  return Number(text);
}

function table(images: readonly Image[]): string {
  return plainTable(
    { head: ['id', 'created', 'category', 'file', 'status', 'pixels', 'bytes', ''] },
    images.map(({ imageId, createdAt, category, filename = '', status, source, error }) => [
      imageId,
      `${createdAt.slice(0, 16).replace('T', ' ')}Z`,
      category,
      filename,
      status,
      source ? `${source.width}×${source.height}` : '',
      source ? humanBytes(source.bytes) : '',
      error ? messageFor(error, { name: filename }) : '',
    ]),
  );
}
