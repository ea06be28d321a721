import { describe, expect, test } from 'vitest';
import { apps, textOf, workflow } from './test-support/workflows.ts';

describe.each(apps)('the image of %s', (app) => {
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
