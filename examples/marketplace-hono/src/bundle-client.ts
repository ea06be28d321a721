import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** The SDK as one script for the browser. An app with a bundler imports the package instead. */
export async function bundleClient(): Promise<string> {
  const input = fileURLToPath(import.meta.resolve('@imagemill/client'));
  const bundle = await rolldown({ input, platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  return output[0].code;
}
