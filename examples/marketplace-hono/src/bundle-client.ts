import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** An entry of the SDK as one script for the browser. An app with a bundler imports the package instead. */
export async function bundleClient(entry: '@imagemill/client' | '@imagemill/client/messages'): Promise<string> {
  const input = fileURLToPath(import.meta.resolve(entry));
  const bundle = await rolldown({ input, platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  return output[0].code;
}
