import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTemplate } from '@imagemill/deploy-edge/cloudfront/build-template.ts';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Config } from './config.ts';
import { ImagemillStack } from './imagemill-stack.ts';
import { RendererStack } from './renderer-stack.ts';

/** The CDK app with cdk-nag's rules, which fail a synthesis that breaks one without a reason. */
export async function buildApp(
  config: Config,
  { outdir }: { outdir?: string } = {},
): Promise<{ app: App; stack: ImagemillStack; renderer?: RendererStack | undefined }> {
  const folder = await mkdtemp(join(tmpdir(), 'imagemill-aws-'));
  const deliveryTemplate = join(folder, 'delivery.yaml');
  await writeFile(deliveryTemplate, await buildTemplate());
  const app = new App({ ...(outdir !== undefined && { outdir }) });
  const common = { env: { account: config.account, region: config.region }, terminationProtection: true };
  const stack = new ImagemillStack(app, 'imagemill', { config, deliveryTemplate, ...common });
  // The stack has read it.
  await rm(folder, { recursive: true });
  const renderer =
    config.lambda &&
    new RendererStack(app, 'imagemill-renderer', {
      ...common,
      lambda: config.lambda,
      alarmEmail: config.alarmEmail,
      around: stack.forRenderer,
    });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack, renderer };
}
