import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImagemill } from '@imagemill/client';
import type { Command } from 'commander';
import { curlRecipe } from '../show/curl-recipe.ts';
import { stackAddresses } from '../show/stack-addresses.ts';
import { uploadAndShow } from '../show/upload-and-show.ts';
import { stayUp } from '../stack/stay-up.ts';
import { localStack } from './local-stack.ts';

const photo = (name: string) =>
  relative(process.cwd(), fileURLToPath(new URL(`../../../../examples/photos/${name}`, import.meta.url)));

/** `imagemill start`: the local stack, the sample photographs put through it, and how to go on. */
export function start(program: Command): void {
  program
    .command('start')
    .description('bring up the local stack, put the sample photographs through it, and stay up until Ctrl-C')
    .action(() =>
      stayUp(localStack, async (stack, signal) => {
        const { apiUrl, apiKey } = stack.file;
        process.stdout.write('Uploading the sample photographs, as a seller app would\n');
        await uploadAndShow(createImagemill({ baseUrl: apiUrl, apiKey }), [
          { path: photo('product.jpg'), category: 'product' },
          { path: photo('avatar.jpg'), category: 'avatar' },
        ]);
        if (signal.aborted) return;
        process.stdout.write(`\n${stackAddresses(stack)}\n\n${curlRecipe(stack.file)}\n\nCtrl-C stops all of it.\n`);
      }),
    );
}
