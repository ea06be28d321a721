import { dirname, relative, resolve } from 'node:path';
import {
  deletionKey,
  finishedKey,
  ImageId,
  manifestKey,
  originalKey,
  prefixes,
  previewKey,
  renditionKey,
  Tenant,
  tombstoneKey,
  uploadSweepKey,
  workerCanaryKey,
} from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { files, read, root } from './test-support/repository.ts';

describe('the architecture', () => {
  const manifests = async () => {
    const paths = await files('{apps,packages}/*/package.json');
    return Promise.all(paths.map(async (path) => ({ folder: dirname(path), ...JSON.parse(await read(path)) })));
  };

  test('has exactly the package dependencies of ARCHITECTURE.md', async () => {
    const documented = [
      ...(await read('ARCHITECTURE.md')).matchAll(/^\| `((?:apps|packages)\/[\w-]+)` \|.*\| (.*) \|$/gm),
    ];
    const allowed = documented.map(([, folder, edges = '']) => `${folder}: ${edges.replaceAll('`', '')}`);
    const actual = (await manifests()).map(({ folder, dependencies = {} }) => {
      const own = Object.keys(dependencies).filter((name) => name.startsWith('@imagemill/'));
      return `${folder}: ${own.map((name) => name.slice('@imagemill/'.length)).join(', ') || '–'}`;
    });
    expect(allowed.sort()).toEqual(actual.sort());
  });

  test('has no package that imports an app', async () => {
    const apps = new Set(
      (await manifests()).filter(({ folder }) => folder.startsWith('apps/')).map(({ name }) => name),
    );
    for (const { name, dependencies = {}, devDependencies = {} } of await manifests()) {
      const imported = Object.keys({ ...dependencies, ...devDependencies }).filter((dependency) =>
        apps.has(dependency),
      );
      expect({ name, imported }).toEqual({ name, imported: [] });
    }
  });

  test('has literal object keys in only one module', async () => {
    const literal = new RegExp(`['"\`](?:${Object.values(prefixes).join('|')})`);
    const home = ['packages/variants/src/keys.ts', 'packages/variants/src/keys.test.ts'];
    // These packages accept any key, or get complete URLs.
    const keyAgnostic = /^packages\/(storage|local-stack|client)\//;
    const sources = await files('{apps,packages,acceptance,bench,examples}/**/*.{ts,tsx,js,mjs}');
    const spelled: string[] = [];
    for (const source of sources.filter((path) => !home.includes(path) && !keyAgnostic.test(path))) {
      if (literal.test(await read(source))) spelled.push(source);
    }
    expect(spelled).toEqual([]);
    expect(literal.test(await read(home[1] ?? ''))).toBe(true);
  });

  test('has a documented key for every kind of object', async () => {
    const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
    const image = { imageId, tenant: Tenant.parse('acme'), category: 'product', contentType: 'image/jpeg' } as const;
    const rendition = { imageId, revision: 'f00d', variant: 'thumb', format: 'jpeg', visibility: 'public' } as const;
    const keys = {
      originals: originalKey(image),
      manifests: manifestKey(imageId),
      finished: finishedKey(image),
      deletions: deletionKey(imageId),
      tombstones: tombstoneKey(imageId, new Date('2026-11-29')),
      previews: previewKey(imageId),
      renditions: renditionKey(rendition),
      privateRenditions: renditionKey({ ...rendition, visibility: 'signed' }),
      canaries: workerCanaryKey,
      sweeps: uploadSweepKey,
    } satisfies Record<keyof typeof prefixes, string>;
    const names = {
      acme: 'tenant',
      product: 'category',
      [imageId]: 'imageId',
      '5b': 'xx',
      f00d: 'revision',
      '2026-11-29': 'day',
      thumb: 'variant',
      jpg: 'ext',
    };
    const adr = await read('docs/adr/0004-keys-and-revision.md');
    for (const key of Object.values(keys)) {
      const pattern = key.replaceAll(/[^/.]+/g, (part) =>
        part in names ? `{${names[part as keyof typeof names]}}` : part,
      );
      expect(adr).toContain(`| \`${pattern}\``);
    }
  });

  test('has no relative import that leaves its package', async () => {
    const sources = await files('{apps,packages}/*/src/**/*.ts');
    expect(sources.length).toBeGreaterThan(50);
    for (const source of sources) {
      const [kind, name] = source.split('/') as [string, string];
      for (const [, specifier = ''] of (await read(source)).matchAll(/from '(\.[^']+)'/g)) {
        const target = relative(root, resolve(root, dirname(source), specifier));
        expect(target, source).toMatch(new RegExp(`^${kind}/${name}/`));
      }
    }
  });
});
