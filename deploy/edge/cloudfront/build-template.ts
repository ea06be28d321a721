// node deploy/edge/cloudfront/build-template.ts > imagemill-cloudfront.yaml
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

/** The template to deploy: `template.yaml` with the code of the function. */
export async function buildTemplate(): Promise<string> {
  const [template, code] = await Promise.all(
    ['template.yaml', 'viewer-request.js'].map((name) => readFile(new URL(name, import.meta.url), 'utf8')),
  );
  // JSON strings are YAML strings.
  return `${template}`.replace('FunctionCode: viewer-request.js', () => `FunctionCode: ${JSON.stringify(code)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(await buildTemplate());
