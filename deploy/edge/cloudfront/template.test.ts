import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTemplate } from '../test-support/read-template.ts';
import { type Properties, type Template, templateErrors } from '../test-support/template-errors.ts';

let template: Template;
let config: Properties;
beforeAll(async () => {
  template = await readTemplate();
  config = template.Resources.Distribution?.Properties.DistributionConfig;
});

const behaviours = (): Properties[] => [...config.CacheBehaviors, config.DefaultCacheBehavior];
const behaviour = (pattern: string) => config.CacheBehaviors.find((one: Properties) => one.PathPattern === pattern);
const policyOf = ({ CachePolicyId }: Properties) =>
  template.Resources[CachePolicyId.Ref]?.Properties.CachePolicyConfig as Properties;
const keyOf = (one: Properties) => {
  const { HeadersConfig, QueryStringsConfig, CookiesConfig } = policyOf(one).ParametersInCacheKeyAndForwardedToOrigin;
  return {
    headers: HeadersConfig.Headers ?? HeadersConfig.HeaderBehavior,
    query: QueryStringsConfig.QueryStrings ?? QueryStringsConfig.QueryStringBehavior,
    cookies: CookiesConfig.CookieBehavior,
  };
};

describe("AWS's resource specification", () => {
  test('accepts the template', () => {
    expect(templateErrors(template)).toEqual([]);
  });

  test.each([
    ['an unknown property', (one: Properties) => ({ ...one, PriceClas: 'x' })],
    ['a property of the wrong type', (one: Properties) => ({ ...one, Enabled: 'yes' })],
    ['an unknown property in a list', (one: Properties) => ({ ...one, CacheBehaviors: [{ Pattern: '/x' }] })],
    ['a missing property', ({ Enabled, ...rest }: Properties) => rest],
  ])('would reject %s', (_what, change) => {
    const Distribution = { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig: change(config) } };
    expect(templateErrors({ Resources: { Distribution } })).not.toEqual([]);
  });
});

test('every request passes the function, and its code is within the limit of CloudFront', async () => {
  for (const one of behaviours()) {
    expect(one.FunctionAssociations).toEqual([
      { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': 'ViewerRequest.FunctionMetadata.FunctionARN' } },
    ]);
    expect(one.AllowedMethods).toEqual(['GET', 'HEAD']);
  }
  const code = template.Resources.ViewerRequest?.Properties.FunctionCode;
  expect(code).toBe(await readFile(new URL('viewer-request.js', import.meta.url), 'utf8'));
  expect(Buffer.byteLength(code)).toBeLessThan(10_240);
});

test('immutable URLs go to the bucket, and to the edge if the bucket has no such key', () => {
  const group = behaviour('/images/*/*/*/*')?.TargetOriginId;
  const [{ Id, FailoverCriteria, Members }] = config.OriginGroups.Items;
  expect(Id).toBe(group);
  expect(FailoverCriteria.StatusCodes).toEqual({ Quantity: 2, Items: [403, 404] });
  expect(Members.Items).toEqual([{ OriginId: 'bucket' }, { OriginId: 'edge' }]);
  expect(keyOf(behaviour('/images/*/*/*/*'))).toEqual({ headers: 'none', query: 'none', cookies: 'none' });
});

test('the most specific pattern is first: CloudFront takes the first that matches', () => {
  expect(config.CacheBehaviors.map((one: Properties) => one.PathPattern)).toEqual([
    '/images/*/*/*/*',
    '/images/*',
    '/private/*',
  ]);
});

test('the key of other public URLs has `Accept` and all parameters that the function lets through', async () => {
  const code = await readFile(new URL('viewer-request.js', import.meta.url), 'utf8');
  const lists = [...code.matchAll(/^const (?:VARIANT|SIZE)_PARAMETERS = \[(.*)\];$/gm)].map(([, list = '']) => list);
  const passed = new Set(lists.flatMap((list) => list.split(',').map((name) => name.trim().slice(1, -1))));
  expect(lists).toHaveLength(2);
  const key = keyOf(behaviour('/images/*'));
  expect(key).toMatchObject({ headers: ['Accept'], cookies: 'none' });
  expect(key.query).toEqual([...passed].toSorted());
});

test('private images: the edge only, kept apart by tenant, and with a minimum lifetime, because they are `private`', () => {
  const one = behaviour('/private/*');
  expect(one.TargetOriginId).toBe('edge');
  expect(keyOf(one)).toEqual({ headers: 'none', query: ['kid'], cookies: 'none' });
  expect(policyOf(one).MinTTL).toEqual({ Ref: 'PrivateCacheSeconds' });
  const forwarded = template.Resources[one.OriginRequestPolicyId.Ref]?.Properties.OriginRequestPolicyConfig;
  expect(forwarded.QueryStringsConfig.QueryStrings).toEqual(['exp', 'kid', 's']);
  expect(behaviours().filter(({ CachePolicyId }) => CachePolicyId.Ref === 'PrivateCache')).toHaveLength(1);
});

test('CloudFront may read nothing of the bucket but public renditions', () => {
  const { Statement } = template.Resources.BucketPolicy?.Properties.PolicyDocument ?? {};
  expect(Statement).toHaveLength(1);
  expect(Statement[0]).toMatchObject({ Action: 's3:GetObject', Effect: 'Allow' });
  expect(Statement[0].Resource['Fn::Sub']).toMatch(/\$\{CdnBucket\}\/images\/\*$/);
  expect(Statement[0].Condition.StringEquals['AWS:SourceArn']['Fn::Sub']).toMatch(/distribution\/\$\{Distribution\}$/);
});

test('an error is kept no longer than the edge says', () => {
  const { CustomErrorResponses } = config;
  expect(CustomErrorResponses.map(({ ErrorCode }: Properties) => ErrorCode)).toEqual([403, 404, 500, 502, 503, 504]);
  for (const { ErrorCachingMinTTL } of CustomErrorResponses) expect(ErrorCachingMinTTL).toBe(0);
});
