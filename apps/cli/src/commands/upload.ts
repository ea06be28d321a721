import { Enhance } from '@imagemill/variants';
import { type Command, Option } from 'commander';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { apiOf, type TargetOptions, withTarget } from '../seller/api-target.ts';
import { findPhotos } from '../seller/find-photos.ts';
import { plainText } from '../show/plain-text.ts';
import { uploadAndShow } from '../show/upload-and-show.ts';
import { inJson, inWords } from '../show/upload-results.ts';
import { helpAfter, targetEnvironment } from './help.ts';
import { untilInterrupted } from './until-interrupted.ts';

interface UploadOptions extends TargetOptions {
  readonly category: string;
  readonly enhance?: Enhance;
  readonly json?: boolean;
}

/** `imagemill upload <files…>`: uploads photographs as a seller app does. */
export function upload(program: Command): void {
  withTarget(
    program
      .command('upload')
      .description('upload images and show their renditions')
      .argument('<files...>', 'files, folders (searched at any depth), or http(s) URLs, which a worker downloads')
      .option('-c, --category <name>', 'variant set: product, avatar, or one of your own', 'product')
      .addOption(
        new Option('--enhance <how>', 'for blurred images only: it makes other ones worse').choices(Enhance.options),
      )
      .option('--json', 'print one line of JSON per image, as soon as it is done'),
  )
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill upload shoe.jpg', 'one image, with a table of its renditions'],
          ['imagemill upload photos/ -c avatar', 'every image in a folder'],
          ['imagemill upload https://shop.example.com/a.jpg', 'an import by URL'],
          ['imagemill upload --json *.jpg | jq .image.imageId', 'for scripts'],
        ],
        environment: targetEnvironment,
        exitCodes: [
          [0, 'every image is ready'],
          [1, 'an image failed, was rejected, or is held by moderation'],
          [2, 'wrong usage'],
          [130, 'interrupted: images that are uploaded are still rendered, the others are not uploaded'],
        ],
      }),
    )
    .hook('preAction', exitWithoutReader)
    .action(async (args: string[], { category, enhance, json, ...target }: UploadOptions) => {
      const imagemill = await apiOf(target);
      const { paths, skipped, failed } = await findPhotos(args);
      for (const { path, error } of failed) {
        const result = { is: 'failed', path, error } as const;
        process.stdout.write(`${json ? inJson(result) : plainText(inWords(result, { brief: true }))}\n`);
      }
      const signal = untilInterrupted();
      const photos = paths.map((path) => ({ path, category, enhance }));
      const allReady = photos.length === 0 || (await uploadAndShow(imagemill, photos, { json, signal }));
      printSkipped(skipped);
      process.exitCode = signal.aborted ? 130 : allReady && failed.length === 0 ? 0 : 1;
    });
}

/** On stderr: scripts read stdout. */
function printSkipped(skipped: readonly string[]): void {
  if (skipped.length === 0) return;
  const files = skipped.length === 1 ? '1 other file' : `${skipped.length} other files`;
  process.stderr.write(`Skipped ${files} in these folders.\n`);
}
