import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const apps = ['api', 'worker', 'edge'];
const textOf = (file: string) => readFile(join(root, file), 'utf8');

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
const workflow = async (name: string) => Workflow.parse(parse(await textOf(`.github/workflows/${name}.yml`)));

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

describe.each(apps)('the image of %s', (app) => {
  test('has an SBOM with its production dependencies, each with its version and licence', async () => {
    const { components } = await sbomOf(app);
    const names = components.map(({ purl }) => decodeURIComponent(/^pkg:npm\/(.+)@/.exec(purl)?.[1] ?? ''));
    const { dependencies } = JSON.parse(await textOf(`apps/${app}/package.json`));
    const published = Object.keys(dependencies).filter((name) => !name.startsWith('@imagemill/'));
    expect(names).toEqual(expect.arrayContaining(published));
    expect(names).not.toContain('vitest');
  });

  test('is built from a base image that a release passes by its digest, and says what it is', async () => {
    const dockerfile = await textOf(`apps/${app}/Dockerfile`);
    const stages = [...dockerfile.matchAll(/^FROM (\S+)(?: AS (\w+))?/gm)];
    const own = stages.map(([, , name]) => name);
    const bases = stages.map(([, image]) => image).filter((image) => !own.includes(image));
    expect(new Set(bases)).toEqual(new Set([`\${NODE_IMAGE}`]));
    expect(dockerfile).toMatch(/^LABEL org\.opencontainers\.image\.title="imagemill/m);
  });
});

describe('a release', () => {
  test('publishes nothing before its tests have passed', async () => {
    const { jobs } = await workflow('release');
    expect(jobs.test?.steps.map(({ run }) => run)).toContain('.ci/run');
    for (const [name, job] of Object.entries(jobs)) if (name !== 'test') expect(job.needs).toBe('test');
  });

  test('builds every app, for both architectures, with the labels of its source and base', async () => {
    const { jobs } = await workflow('release');
    expect(jobs.images?.strategy?.matrix.app).toEqual(apps);
    const build = jobs.images?.steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'))?.with ?? {};
    expect(build.platforms).toBe('linux/amd64,linux/arm64');
    for (const label of ['source', 'version', 'revision', 'base.name', 'base.digest']) {
      expect(build.labels).toContain(`org.opencontainers.image.${label}=`);
    }
  });

  test('has a token that may only read, except where a job needs more', async () => {
    for (const name of ['ci', 'release']) expect((await workflow(name)).permissions).toEqual({ contents: 'read' });
  });
});
