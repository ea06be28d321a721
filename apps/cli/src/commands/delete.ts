import type { Imagemill } from '@imagemill/client';
import { isRefusedKey } from '@imagemill/client/messages';
import type { Command } from 'commander';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { errorForScripts, explanation } from '../explain.ts';
import { apiOf, type TargetOptions, withTarget } from '../seller/api-target.ts';
import { plainText } from '../show/plain-text.ts';
import { helpAfter, targetEnvironment } from './help.ts';

interface DeleteOptions extends TargetOptions {
  readonly json?: boolean;
}

/** `imagemill delete <ids…>`: deletes images, with their originals and renditions. */
export function deleteImages(program: Command): void {
  withTarget(
    program
      .command('delete')
      .description('delete images, with their originals and renditions')
      .argument('<ids...>', 'ids of images, as `imagemill list` shows them')
      .option('--json', 'print a JSON object per image'),
  )
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill delete 01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11', 'one image; this cannot be undone'],
          ['imagemill list -s rejected --json | jq -r .imageId | xargs imagemill delete', 'all rejected ones'],
        ],
        environment: targetEnvironment,
        exitCodes: [
          [0, 'all are deleted'],
          [1, 'an image does not exist, or the API could not be used'],
          [2, 'wrong usage'],
        ],
      }),
    )
    .hook('preAction', exitWithoutReader)
    .action(async (imageIds: string[], { json, ...target }: DeleteOptions) => {
      const imagemill = await apiOf(target);
      for (const imageId of imageIds) {
        const { isDeleted, text, forScripts } = await deleteOne(imagemill, imageId);
        if (!isDeleted) process.exitCode = 1;
        process.stdout.write(`${json ? JSON.stringify(forScripts) : text}\n`);
      }
    });
}

/** @throws ImagemillError if the key is refused: it would be for the other images too */
async function deleteOne(imagemill: Imagemill, imageId: string) {
  try {
    await imagemill.deleteImage(imageId);
    return { isDeleted: true, text: `${imageId} is deleted.`, forScripts: { imageId, deleted: true } };
  } catch (error) {
    if (isRefusedKey(error)) throw error;
    const text = plainText(`${imageId}: ${explanation(error)}`);
    return { isDeleted: false, text, forScripts: { imageId, error: errorForScripts(error) } };
  }
}
