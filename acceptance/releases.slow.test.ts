import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { apps, root, textOf, workflow } from './test-support/workflows.ts';

/** The SBOM of an app's image, by the command of the release workflow. */
async function sbomOf(app: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sbom-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { jobs } = await workflow('release');
  const command =
    jobs.images?.steps.find(({ run }) => run?.includes(' sbom '))?.run?.replaceAll(/\$\{\{ matrix\.app \}\}/g, app) ??
    '';
  const out = join(folder, `${app}.cdx.json`);
  await promisify(execFile)('sh', ['-c', command.replace(`--out ${app}.cdx.json`, `--out ${out}`)], { cwd: root });
  return Bom.parse(JSON.parse(await readFile(out, 'utf8')));
}

const Bom = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string().startsWith('pkg:npm/'),
      licenses: z.array(z.unknown()).min(1),
    }),
  ),
});

test.each(apps)(
  'the image of %s has an SBOM with its production dependencies, each with its version and licence',
  async (app) => {
    const { components } = await sbomOf(app);
    const names = components.map(({ purl }) => decodeURIComponent(/^pkg:npm\/(.+)@/.exec(purl)?.[1] ?? ''));
    const { dependencies } = JSON.parse(await textOf(`apps/${app}/package.json`));
    const published = Object.keys(dependencies).filter((name) => !name.startsWith('@imagemill/'));
    expect(names).toEqual(expect.arrayContaining(published));
    expect(names).not.toContain('vitest');
  },
);
