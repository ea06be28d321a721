import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The apps with an image. */
export const apps = ['api', 'worker', 'edge'];
export const textOf = (file: string) => readFile(join(root, file), 'utf8');

const Step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      needs: z.string().optional(),
      steps: z.array(Step),
      strategy: z.object({ matrix: z.record(z.string(), z.array(z.string())) }).optional(),
    }),
  ),
});
export const workflow = async (name: string) => Workflow.parse(parse(await textOf(`.github/workflows/${name}.yml`)));
