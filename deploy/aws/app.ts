// npx cdk deploy --app 'node deploy/aws/app.ts imagemill-aws.json'

import { buildApp } from './build-app.ts';
import { readConfig } from './config.ts';

const [file = 'imagemill-aws.json'] = process.argv.slice(2);
const { app } = await buildApp(await readConfig(file));
app.synth();
