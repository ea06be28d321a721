import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  workerCanaryKey,
} from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { capabilityAdvice } from '../apps/api/src/doctor/capability-advice.ts';
import { doctorEnv } from '../apps/api/src/doctor/env.ts';
import { apiEnv, setupEnv } from '../apps/api/src/env.ts';
import { keysEnv, reconcileEnv as reconcileCommandEnv, signEnv, stackEnv, targetEnv } from '../apps/cli/src/env.ts';
import { createProgram } from '../apps/cli/src/program.ts';
import { edgeEnv } from '../apps/edge/src/env.ts';
import { reconcileEnv, workerEnv } from '../apps/worker/src/env.ts';
import { SweepName } from '../apps/worker/src/reconcile/reconcile.ts';
import { lambdaEnv, redriveEnv } from '../apps/worker/src/serverless/env.ts';
import { s3ServerEnv } from '../packages/local-stack/src/s3/env.ts';
import { Warning } from '../packages/report/src/index.ts';
import { capabilities } from '../packages/storage/src/probes/probe.ts';
import { ownMetrics } from './test-support/metrics.ts';
import { settingsOf } from './test-support/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFile(join(root, path), 'utf8');

const notOurs = new Set(['node_modules', '.git', '.imagemill']);

async function files(pattern: string): Promise<string[]> {
  return Array.fromAsync(glob(pattern, { cwd: root, exclude: (path) => notOurs.has(basename(path)) }));
}

describe('docs/configuration.md', () => {
  /** The commands that call the API. */
  const targeting = createProgram()
    .commands.filter(({ options }) => options.some(({ long }) => long === '--api'))
    .map((command) => command.name());

  const programs = {
    api: apiEnv,
    worker: workerEnv,
    lambda: lambdaEnv,
    redrive: redriveEnv,
    edge: edgeEnv,
    reconcile: z.object({ ...reconcileEnv.shape, ...reconcileCommandEnv.shape }),
    'bucket set-up': setupEnv,
    'start, stack': stackEnv,
    [targeting.join(', ')]: targetEnv,
    keys: keysEnv,
    doctor: doctorEnv,
    sign: signEnv,
    'embedded S3': s3ServerEnv,
  };
  const shown = (value: string | undefined) => (value === undefined ? '' : `\`${value}\``);

  function rows(): string[] {
    const readers = new Map<string, string[]>();
    for (const [program, schema] of Object.entries(programs)) {
      for (const { name, isRequired, fallback, description } of settingsOf(schema)) {
        const needed = isRequired ? '**required**' : shown(fallback);
        const row = `| \`${name}\` | @ | ${needed} | ${description} |`;
        readers.set(row, [...(readers.get(row) ?? []), program]);
      }
    }
    return [...readers].map(([row, names]) => row.replace('@', names.join(', '))).sort();
  }

  test('lists every variable of every program, with its default', async () => {
    const table = ['| variable | read by | default | what it is |', '| --- | --- | --- | --- |', ...rows()].join('\n');
    expect(table).not.toContain('undefined');
    await expect(`${await preamble()}${table}\n`).toMatchFileSnapshot('../docs/configuration.md');
  });

  const preamble = async () => {
    const text = await read('docs/configuration.md').catch(() => '');
    return text.slice(0, Math.max(0, text.indexOf('| variable |')));
  };
});

test('docs/deployment.md lists every metric of every program', async () => {
  const rows = Object.entries(ownMetrics()).flatMap(([program, metrics]) =>
    metrics.map(({ name, labelNames, help }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${program} | ${labels} | ${help} |`;
    }),
  );
  const table = ['| metric | of | labels | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
  expect(await read('docs/deployment.md')).toContain(`${table}\n\n`);
});

test('docs/stores.md lists every capability that is probed, and what follows without it', async () => {
  expect(Object.keys(capabilityAdvice)).toEqual([...capabilities]);
  const rows = Object.entries(capabilityAdvice).map(
    ([name, { title, without, fix }]) => `| \`${name}\` | ${title} | **${without}.** ${fix} |`,
  );
  const table = ['| capability | what it is | without it |', '| --- | --- | --- |', ...rows].join('\n');
  expect(await read('docs/stores.md')).toContain(`${table}\n\n`);
});

test('docs/seller-report.md lists every warning with its fields, in the order in which they are reported', async () => {
  const rows = Warning.options.map((option) => {
    const { code, ...fields } = option.shape;
    const names = Object.keys(fields).map((name) => `\`${name}\``);
    return `| \`${code.value}\` | ${names.join(', ')}${names.length > 0 ? ' ' : ''}| ${option.meta()?.description} |`;
  });
  const table = ['| code | fields | when |', '| --- | --- | --- |', ...rows].join('\n');
  expect(await read('docs/seller-report.md')).toContain(`${table}\n\n`);
});

test('ADR 10 lists every sweep of the reconciler, in its order', async () => {
  const [, number, listed = ''] =
    /(\w+) sweeps, most urgent for sellers first: ([^.]+)\./.exec(await read('docs/adr/0010-reconciler.md')) ?? [];
  const names = SweepName.options.map((name) => name.replaceAll('-', ' '));
  expect(listed.split(', ')).toEqual(names);
  expect(number).toBe(['Five', 'Six', 'Seven', 'Eight', 'Nine'][names.length - 5]);
});

test('every source of docs/stores.md is cited and linked', async () => {
  const text = await read('docs/stores.md');
  const cited = new Set([...text.matchAll(/\(\[(\d+)\]\)/g)].map(([, number]) => number));
  const linked = [...text.matchAll(/^\[(\d+)\]: https:\/\/\S+$/gm)].map(([, number]) => number);
  expect(linked.length).toBeGreaterThan(10);
  expect([...cited].toSorted()).toEqual(linked.toSorted());
});

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

test('every test that docs/security.md cites exists', async () => {
  const rows = (await read('docs/security.md')).split('\n').filter((line) => /^\| (?!threat|---)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  const lacking: string[] = [];
  for (const row of rows) {
    const proofs = [...(row.split(' | ')[2] ?? '').matchAll(/`([^`]+\.ts)`((?:,? "[^"]+")+)/g)];
    if (proofs.length === 0) lacking.push(row);
    for (const [, file = '', titles = ''] of proofs) {
      const source = await read(file);
      for (const [, title = ''] of titles.matchAll(/"([^"]+)"/g))
        if (!source.includes(title)) lacking.push(`${file}: ${title}`);
    }
  }
  expect(lacking).toEqual([]);
});

test('ARCHITECTURE.md lists every ADR with its title', async () => {
  const architecture = await read('ARCHITECTURE.md');
  const missing: string[] = [];
  for (const file of await files('docs/adr/*.md')) {
    const [, number, title] = /^# ADR (\d+): (.*)$/m.exec(await read(file)) ?? [];
    if (!number || !architecture.includes(`| [${number}](${file}) | ${title} |`)) missing.push(file);
  }
  expect(missing).toEqual([]);
});

/** The anchors that GitHub generates for a document's headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test('every link to a heading has a target', async () => {
  const broken: string[] = [];
  for (const document of await files('**/*.md')) {
    const text = await read(document);
    for (const [, path = '', anchor = ''] of text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)) {
      const target = path === '' ? document : join(dirname(document), path);
      if (!anchorsOf(await read(target)).includes(anchor)) broken.push(`${document}: ${path}#${anchor}`);
    }
  }
  expect(broken).toEqual([]);
});

test('every link and path in the documents exists', async () => {
  const documents = (await files('**/*.md')).filter((path) => !path.includes('CHANGELOG'));
  expect(documents.length).toBeGreaterThan(5);
  const broken: string[] = [];
  for (const document of documents) {
    const text = (await read(document)).replaceAll(/^```[\s\S]*?^```/gm, '');
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = '']) =>
      join(dirname(document), link),
    );
    const paths = [...text.matchAll(/`((?:apps|packages|acceptance|docs|examples|bench|deploy)\/[\w./-]+)`/g)].map(
      ([, p = '']) => p,
    );
    for (const target of [...links, ...paths]) {
      await readFile(join(root, target)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EISDIR') broken.push(`${document}: ${target}`);
      });
    }
  }
  expect(broken).toEqual([]);
});
