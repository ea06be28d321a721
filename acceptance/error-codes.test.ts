import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { problemCodes } from '../apps/api/src/openapi/problem-codes.ts';
import { callMessages } from '../packages/client/src/messages/call-messages.ts';
import { imageMessages } from '../packages/client/src/messages/image-messages.ts';
import { Warning } from '../packages/report/src/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFile(join(root, path), 'utf8');

/** Errors of the packages that never reach a caller of the API, each with the reason. */
const internalCodes = {
  'crashed-worker': 'a dead letter; the API returns processing-failed',
  'manifest-conflict': 'only workers write manifests',
  'object-changed': 'only workers read originals',
  'original-incomplete': 'only workers read originals',
  'other-tenants-image': 'a dead letter for operators: no API call can cause it',
  'too-many-keys': 'only the command line creates keys',
  'dependency-away': 'a worker returns the job to the queue, without a failed attempt',
  'delivery-failed': "the result of a webhook delivery, visible to operators in the delivery's attempts",
  'unreadable-job': 'not retryable: internal-error, and a dead letter for operators',
  'unreadable-deletion-mark': 'only the reconciler reads marks',
  'unreadable-manifest': 'not retryable: internal-error',
  'unreadable-sweep-position': 'only the sweep of RENDERER=lambda reads its position',
  'storage-refused': 'not retryable: the error handler returns internal-error',
};

/** Warnings in a status have codes too; acceptance/documentation.test.ts compares those with docs/seller-report.md. */
const warningCodes = new Set<string>(Warning.options.map(({ shape }) => shape.code.value));
const isError = (code: string) => !warningCodes.has(code);

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, code = '']) => code);
}

/** The codes in the source of Problems, zod's `params`, the image view and the validation fallbacks. */
async function codesOfTheApi(): Promise<string[]> {
  const paths = await Array.fromAsync(glob('{apps/api,packages/http,packages/images}/src/**/*.ts', { cwd: root }));
  const sources = await Promise.all(paths.filter((path) => !/\.test\.ts$|\/test-support\//.test(path)).map(read));
  const said = sources.flatMap((text) => matches(text, /(?:\bcode: |\bwithCode\()'([a-z-]+)'/g));
  const fallbacks = matches(
    await read('apps/api/src/http/validated.ts'),
    /(?:\?\? |\? |: |return )'([a-z]+-[a-z-]+)'/g,
  );
  return [...said, ...fallbacks].filter((code) => code !== 'custom' && isError(code));
}

async function codesOfRejections(): Promise<string[]> {
  const sources = await Promise.all(['packages/imaging/src/errors.ts', 'apps/worker/src/import/errors.ts'].map(read));
  const tables = sources.map((text) => /const messages = \{([\s\S]*?)\n\}/.exec(text)?.[1] ?? '');
  return tables.flatMap((table) => matches(table, /^ +'?([a-z-]+)'?:/gm));
}

async function codesOfPackages(): Promise<string[]> {
  const paths = await Array.fromAsync(glob('packages/{keys,queue,storage,manifests}/src/**/*.ts', { cwd: root }));
  const sources = await Promise.all(paths.filter((path) => !/\.test\.ts$|\/test-support\//.test(path)).map(read));
  const codes = sources.flatMap((text) => matches(text, /(?:\bcode: |\bUnreadableError\()'([a-z-]+)'/g));
  return codes.filter((code) => code !== 'custom');
}

async function codesOfTheSdk(): Promise<string[]> {
  const paths = await Array.fromAsync(glob('packages/client/src/**/*.ts', { cwd: root }));
  const sources = await Promise.all(paths.filter((path) => !path.endsWith('.test.ts')).map(read));
  return sources.flatMap((text) => matches(text, /\bcode(?: =|:) '([a-z-]+)'/g)).filter(isError);
}

const sectionOnErrors = async () =>
  /^Errors are `application[\s\S]*?(?=^##+ )/m.exec(await read('docs/http-api.md'))?.[0] ?? '';
const quoted = (text: string) => matches(text, /`([a-z-]+)`/g);

/** The first two columns of the table in docs/http-api.md: code and status. */
async function documentedErrors(): Promise<[code: string, status: number][]> {
  const rows = (await sectionOnErrors()).matchAll(/^\| (`.*?) \| (.*?) \|/gm);
  return [...rows].flatMap(([, codes = '', statuses = '']) => {
    const numbers = statuses.match(/\d{3}/g) ?? [];
    return quoted(codes).map((code, i): [string, number] => [code, Number(numbers[i] ?? numbers[0])]);
  });
}

/** The codes of the table, and of the paragraph below it. */
async function documented(): Promise<string[]> {
  const paragraph = matches(await sectionOnErrors(), /^(An image that `failed`[\s\S]*)/gm);
  const states = new Set(['failed', 'expired', 'rejected', 'held']);
  const ofImages = paragraph.flatMap(quoted).filter((code) => !states.has(code));
  return [...(await documentedErrors()).map(([code]) => code), ...ofImages];
}

const sorted = (codes: Iterable<string>) => [...new Set(codes)].sort();

test('docs/http-api.md lists exactly the codes that the API can return', async () => {
  const [api, rejections, packages] = await Promise.all([codesOfTheApi(), codesOfRejections(), codesOfPackages()]);
  expect(Math.min(api.length, rejections.length, packages.length)).toBeGreaterThan(4);
  const ofPackages = packages.filter((code) => !(code in internalCodes));
  expect(await documented().then(sorted)).toEqual(sorted([...api, ...rejections, ...ofPackages]));
});

test('the OpenAPI document has the same errors as docs/http-api.md, with the same statuses', async () => {
  const ofDocument = Object.entries(problemCodes).map(([code, [status]]) => [code, status]);
  expect(Object.fromEntries(ofDocument)).toEqual(Object.fromEntries(await documentedErrors()));
});

test('docs/delivery.md lists every code of the edge', async () => {
  const paths = await Array.fromAsync(glob('apps/edge/src/**/*.ts', { cwd: root }));
  const sources = await Promise.all(paths.filter((path) => !/\.test\.ts$|\/test-support\//.test(path)).map(read));
  const codes = sources.flatMap((text) => matches(text, /(?:\bcode: |unavailable\()'([a-z-]+)'/g));
  expect(codes).toContain('render-queue-full');
  const listed = quoted(await read('docs/delivery.md'));
  expect(sorted(codes).filter((code) => !listed.includes(code))).toEqual([]);
});

test('every internal code still exists', async () => {
  expect(await codesOfPackages()).toEqual(expect.arrayContaining(Object.keys(internalCodes)));
});

test('the SDK has a message for every code of the API, of rejections and of the SDK itself', async () => {
  const [api, rejections, sdk] = await Promise.all([codesOfTheApi(), codesOfRejections(), codesOfTheSdk()]);
  expect(sdk).toContain('image-deleted');
  const ofCalls = [...Object.keys(problemCodes), ...sdk];
  const known = new Set([...Object.keys(callMessages), ...Object.keys(imageMessages)]);
  expect(sorted([...api, ...rejections, ...ofCalls]).filter((code) => !known.has(code))).toEqual([]);
  expect(rejections.filter((code) => !(code in imageMessages))).toEqual([]);
});
