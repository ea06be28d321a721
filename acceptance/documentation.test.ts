import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
import { lambdaEnv, redriveEnv, sweepEnv } from '../apps/worker/src/serverless/env.ts';
import { type Permission, permissions } from '../deploy/aws/permissions.ts';
import { s3ServerEnv } from '../packages/local-stack/src/s3/env.ts';
import { Warning } from '../packages/report/src/index.ts';
import { capabilities } from '../packages/storage/src/probes/probe.ts';
import { ownMetrics } from './test-support/metrics.ts';
import { files, read, root } from './test-support/repository.ts';
import { settingsOf } from './test-support/settings.ts';

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
    sweep: sweepEnv,
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

test('docs/aws.md lists what each role may do, on each prefix of the buckets and each queue', async () => {
  const roles: readonly (readonly [name: string, list: readonly Permission[]])[] = Object.entries(permissions);
  const resources = new Set(roles.flatMap(([, list]) => list.map(({ on }) => on)));
  const cell = (list: readonly Permission[], resource: string) => {
    const actions = list.filter(({ on }) => on === resource).flatMap((permission) => permission.actions);
    return actions.map((action) => action.replace(/^\w+:/, '')).join(', ');
  };
  const rows = [...resources].toSorted().map((resource) => {
    const [service] = roles.flatMap(([, list]) => list.find(({ on }) => on === resource)?.actions ?? []);
    const name = resource.includes('/') ? `\`${resource}\`` : resource;
    return `| ${name} (${service?.split(':')[0]}) | ${roles.map(([, list]) => cell(list, resource)).join(' | ')} |`;
  });
  const head = [
    `| on | ${roles.map(([name]) => `\`${name}\``).join(' | ')} |`,
    `| --- |${' --- |'.repeat(roles.length)}`,
  ];
  const table = `${[...head, ...rows].join('\n')}\n`;
  const page = (await read('docs/aws.md')).replace(/^\| on \|.*\n(?:\|.*\n)+/m, table);
  expect(page).toContain(table);
  await expect(page).toMatchFileSnapshot('../docs/aws.md');
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
