import { readFile } from 'node:fs/promises';
import { parseEnv } from '@imagemill/service';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { apiEnv } from '../apps/api/src/env.ts';
import { containerOf, environmentOf, podOf } from './kubernetes/containers.ts';
import { manifest } from './kubernetes/manifests.ts';
import { api, edge, reconcile, withOwnSecrets, worker, workloads } from './kubernetes/workloads.ts';
import { ownSecrets } from './test-support/own-secrets.ts';
import { settingsOf } from './test-support/settings.ts';

const settingsFile = new URL('../deploy/kubernetes/base/settings.env', import.meta.url);

test('the placeholders of the example Secrets are refused', () => {
  const placeholders = environmentOf(api);
  for (const name of Object.keys(ownSecrets)) {
    const set = { ...withOwnSecrets(api), [name]: placeholders[name] };
    expect(() => parseEnv(apiEnv, set)).toThrow(`${name}: has a public development secret`);
  }
});

describe.each(workloads)('the environment of %s', (_name, workload, schema: z.ZodObject) => {
  test('has valid values for all required variables', () => {
    expect(() => parseEnv(schema, withOwnSecrets(workload))).not.toThrow();
  });

  test('sets no variable that the program does not read', () => {
    const own = (containerOf(workload).env ?? []).map(({ name }) => name);
    expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(own));
  });
});

describe('the settings', () => {
  const inConfig = manifest('ConfigMap', 'imagemill').data ?? {};
  const commented = (text: string) =>
    Object.fromEntries([...text.matchAll(/^# (\w+)=(.*)$/gm)].map(([, name, value = '']) => [name, value]));

  /** The variables that no file sets, grouped by the programs that read them. */
  function otherSettings(): string {
    const set = new Set(workloads.flatMap(([, workload]) => Object.keys(environmentOf(workload))));
    const readers = new Map<string, string[]>();
    for (const [program, , schema] of workloads) {
      for (const { name, fallback = '', description } of settingsOf(schema)) {
        const lines = `## ${description}\n# ${name}=${fallback}\n`;
        if (!set.has(name)) readers.set(lines, [...(readers.get(lines) ?? []), program]);
      }
    }
    const groups = Map.groupBy(readers, ([, programs]) => programs.join(', '));
    return [...groups]
      .map(([programs, rows]) => `\n# -- ${programs} --\n${rows.map(([lines]) => lines).join('')}`)
      .join('');
  }

  test('are all in settings.env, the example, the Secrets or a workload: set, or commented out with the default', async () => {
    const text = await readFile(settingsFile, 'utf8');
    const preamble = /^[\s\S]*?(?=\n# -- )/.exec(text)?.[0] ?? text;
    await expect(`${preamble}${otherSettings()}`).toMatchFileSnapshot('../deploy/kubernetes/base/settings.env');
  });

  test.each(workloads)('of %s have valid values if they are uncommented', async (_program, workload, schema) => {
    const uncommented = commented(await readFile(settingsFile, 'utf8'));
    expect(Object.keys(uncommented).length).toBeGreaterThan(30);
    expect(Object.keys(uncommented).filter((name) => name in inConfig)).toEqual([]);
    expect(() => parseEnv(schema, { ...uncommented, ...withOwnSecrets(workload) })).not.toThrow();
    const set = { ...uncommented, ...environmentOf(workload) };
    expect(Object.keys(set)).toEqual(expect.arrayContaining(Object.keys(schema.shape)));
  });

  test.each(workloads)('of %s come from the ConfigMap and the Secrets', (_program, workload, _schema) => {
    expect(containerOf(workload).envFrom).toEqual(
      expect.arrayContaining([
        { configMapRef: { name: expect.stringMatching(/^imagemill-[a-z0-9]{10}$/) } },
        { secretRef: { name: 'imagemill-backends' } },
      ]),
    );
  });

  test.each([
    ['api', api],
    ['worker', worker],
    ['edge', edge],
    ['worker', reconcile],
  ])('include a Redis user of %s, if there is one', (user, workload) => {
    const names = containerOf(workload).envFrom?.flatMap(({ secretRef }) => secretRef ?? []) ?? [];
    const own = names.findIndex(({ name }) => name === `imagemill-redis-${user}`);
    expect(names[own]).toMatchObject({ optional: true });
    // Later ones override earlier ones.
    expect(own).toBeGreaterThan(names.findIndex(({ name }) => name === 'imagemill-backends'));
    const redis = new URL(environmentOf(workload).REDIS_URL ?? '');
    expect(redis.username).toBe(`imagemill-${user}`);
  });

  test('in the ConfigMap and the Secrets are each read by a program', () => {
    const known = new Set(workloads.flatMap(([, , schema]) => Object.keys(schema.shape)));
    const set = workloads.flatMap(([, workload]) => Object.keys(environmentOf(workload)));
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each([api, worker, edge, reconcile])(
    'that refer to a file get it from the optional Secret imagemill-files',
    (workload) => {
      expect(containerOf(workload).volumeMounts).toContainEqual({
        name: 'files',
        mountPath: '/config',
        readOnly: true,
      });
      const secret = { secretName: 'imagemill-files', optional: true };
      expect(podOf(workload).volumes).toContainEqual({ name: 'files', secret });
    },
  );
});
