import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Properties } from '@imagemill/deploy-edge/test-support/template-errors.ts';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from './build-app.ts';
import { Config } from './config.ts';
import { permissions } from './permissions.ts';

let outdir: string;
let renderer: Template;
let main: Template;
beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), 'imagemill-cdk-'));
  const bundle = await mkdtemp(join(tmpdir(), 'imagemill-code-'));
  await writeFile(join(bundle, 'lambda.mjs'), '');
  const example = JSON.parse(await readFile(new URL('example-config.json', import.meta.url), 'utf8'));
  const built = await buildApp(Config.parse({ ...example, lambda: { bundle } }), { outdir });
  if (!built.renderer) throw new Error('There is no stack of the renderer.');
  // Throws if cdk-nag finds a rule that is broken without a reason.
  built.app.synth();
  renderer = Template.fromStack(built.renderer);
  main = Template.fromStack(built.stack);
  await rm(bundle, { recursive: true });
});
afterAll(() => rm(outdir, { recursive: true }));

const all = (template: Template, type: string): Properties[] =>
  Object.values(template.findResources(type)).map((one) => one.Properties);
const named = (template: Template, type: string, name: string): Properties => {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(name));
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
};

describe('the role of', () => {
  /** The export of the other stack, or the queue of this one, with the prefix of keys. */
  function shown(resource: unknown): string {
    const text = JSON.stringify(resource);
    const name = /FnGetAtt(Originals|Cdn|UploadEventsDeadLetters|UploadEvents)|ParkedLetters|distribution/.exec(text);
    const prefix = /"(\/[a-z]+\/\*)"/.exec(text)?.[1] ?? '';
    const names: Record<string, string> = {
      Originals: 'originals',
      Cdn: 'cdn',
      UploadEvents: 'upload events',
      UploadEventsDeadLetters: 'dead letters',
      ParkedLetters: 'parked letters',
      distribution: 'distribution',
    };
    return `${names[name?.[1] ?? name?.[0] ?? ''] ?? text}${prefix}`;
  }

  test.each([
    ['renderer', 'Renderer'],
    ['redrive', 'Redrive'],
    ['sweep', 'Sweep'],
  ] as const)('%s allows exactly what its list says, and to write its log', (list, name) => {
    const { Statement } = named(renderer, 'AWS::IAM::Policy', `${name}Role`).PolicyDocument;
    const [log, ...statements] = Statement as Properties[];
    expect(log?.Resource['Fn::GetAtt'][0]).toMatch(new RegExp(`^${name}Log`));
    const actual = statements.map(({ Action, Resource, Effect }) => [Effect, [Action].flat(), shown(Resource)]);
    expect(actual).toEqual(permissions[list].map(({ actions, on }) => ['Allow', actions, on]));
    expect(named(renderer, 'AWS::IAM::Role', `${name}Role`)).not.toHaveProperty('ManagedPolicyArns');
  });

  test('the API may send orders to the renderer, and receives nothing', () => {
    const { Statement } = named(main, 'AWS::IAM::Policy', 'ApiTaskTaskRole').PolicyDocument;
    const ofQueues = Statement.flatMap(({ Action }: Properties) => Action).filter((action: string) =>
      /^sqs:/.test(action),
    );
    expect(ofQueues).toEqual(['sqs:GetQueueAttributes', 'sqs:SendMessage']);
  });
});

test('a batch reports its failed messages, and no other invocation gets a message before its function has ended', () => {
  const [mapping] = all(renderer, 'AWS::Lambda::EventSourceMapping');
  expect(mapping).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'], BatchSize: 2 });
  const { Timeout, Environment } = named(renderer, 'AWS::Lambda::Function', 'Renderer');
  const queue = Math.max(...all(main, 'AWS::SQS::Queue').map(({ VisibilityTimeout = 0 }) => VisibilityTimeout));
  expect(queue).toBe(6 * Timeout);
  expect(Timeout * 1000).toBeGreaterThan(mapping?.BatchSize * Number(Environment.Variables.IMAGE_WALL_MS) + 30_000);
});

test('all functions are Node 24 on ARM64, of one bundle', () => {
  const functions = all(renderer, 'AWS::Lambda::Function');
  const handlers = ['lambda.handler', 'lambda.redrive', 'lambda.sweep'];
  expect(functions.map(({ Handler }) => Handler).toSorted()).toEqual(handlers);
  for (const each of functions) expect(each).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  expect(new Set(functions.map(({ Code }) => Code.S3Key)).size).toBe(1);
});

test('dead letters are redriven and lost uploads are ordered every five minutes, in passes that do not overlap', () => {
  const [rule, ...others] = all(renderer, 'AWS::Events::Rule');
  expect([rule?.ScheduleExpression, others]).toEqual(['rate(5 minutes)', []]);
  const targets = rule?.Targets.map(({ Arn }: Properties) => Arn['Fn::GetAtt'][0].slice(0, 5));
  expect(targets).toEqual(['Redri', 'Sweep']);
  expect(named(renderer, 'AWS::Lambda::Function', 'Sweep').Timeout).toBeLessThan(300);
});

test('dead letters that are parked raise an alarm', () => {
  const parked = all(renderer, 'AWS::CloudWatch::Alarm').filter(({ Dimensions }) =>
    JSON.stringify(Dimensions).includes('Parked'),
  );
  expect(parked).toMatchObject([{ Threshold: 0, AlarmActions: [expect.anything()] }]);
  expect(all(renderer, 'AWS::SQS::Queue')).toMatchObject([{ MessageRetentionPeriod: 14 * 24 * 3600 }]);
});

test('there are no workers, and nothing scales them', () => {
  expect(all(main, 'AWS::ECS::TaskDefinition')).toHaveLength(2);
  const scaled = all(main, 'AWS::ApplicationAutoScaling::ScalableTarget');
  expect(scaled.filter(({ MinCapacity }) => MinCapacity === 0)).toEqual([]);
  const [api] = all(main, 'AWS::ECS::TaskDefinition').filter(({ ContainerDefinitions: [{ Name }] }) => Name === 'api');
  const names = api?.ContainerDefinitions[0].Environment.map(({ Name }: Properties) => Name);
  expect(names).toEqual(expect.arrayContaining(['RENDERER', 'RENDER_QUEUE_URL']));
  expect(names).not.toContain('UPLOAD_EVENTS_QUEUE_URL');
});
