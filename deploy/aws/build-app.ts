import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTemplate } from '@imagemill/deploy-edge/cloudfront/build-template.ts';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Config } from './config.ts';
import { ImagemillStack } from './imagemill-stack.ts';

/** The CDK app with cdk-nag's rules, which fail a synthesis that breaks one without a reason. */
export async function buildApp(
  config: Config,
  { outdir }: { outdir?: string } = {},
): Promise<{ app: App; stack: ImagemillStack }> {
  const deliveryTemplate = join(await mkdtemp(join(tmpdir(), 'imagemill-aws-')), 'delivery.yaml');
  await writeFile(deliveryTemplate, await buildTemplate());
  const app = new App({ ...(outdir !== undefined && { outdir }) });
  const stack = new ImagemillStack(app, 'imagemill', {
    config,
    deliveryTemplate,
    env: { account: config.account, region: config.region },
    terminationProtection: true,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}
