import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import packed from '@sparticuz/chromium';

export interface Chromium {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const UNPACK_TIMEOUT_MS = 60_000;
const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));

const removedArgs = [
  // For cloud functions with a single process; they would hide errors that occur in a real browser.
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
  // An emulated graphics card takes ten times as long.
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/**
 * A Chromium for tests: that of CHROMIUM_BIN, else the one from npm, which needs no system packages.
 *
 * @returns a message with the reason if there is none
 */
export async function findChromium(): Promise<Chromium | string> {
  const own = process.env.CHROMIUM_BIN;
  if (own) return { executablePath: own, args: ['--no-sandbox', '--font-render-hinting=none'] };
  const here = `${process.platform}-${process.arch}`;
  if (here !== 'linux-x64') return `npm has no Chromium for ${here}: set CHROMIUM_BIN to an installed one.`;
  const dir = await unpacked();
  return {
    executablePath: join(dir, 'chromium'),
    args: [...packed.args.filter((arg) => !removedArgs.includes(arg)), '--disable-gpu'],
    // With its own font, because screenshots must look the same on every machine.
    env: { FONTCONFIG_FILE: join(dir, 'fonts.conf') },
  };
}

/** The folder of the unpacked Chromium. It is unpacked once per version; concurrent calls are safe. */
async function unpacked(): Promise<string> {
  const manifest = findPackageJSON('@sparticuz/chromium', import.meta.url) ?? '';
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const dir = join(cache, `chromium-${version}`);
  const isUnpacked = () =>
    access(join(dir, 'fonts.conf')).then(
      () => true,
      () => false,
    );
  if (await isUnpacked()) return dir;
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unpacking-'));
  // The package unpacks into the temporary folder; a separate process can have a different one.
  const unpack = "import('@sparticuz/chromium').then(({ default: packed }) => packed.executablePath())";
  await promisify(execFile)(process.execPath, ['--eval', unpack], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { ...process.env, TMPDIR: unfinished },
    timeout: UNPACK_TIMEOUT_MS,
  });
  await writeFile(join(unfinished, 'fonts.conf'), fontsConf(dir));
  await rename(unfinished, dir).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true });
    // A concurrent call has already finished it.
    if (!(await isUnpacked())) throw error;
  });
  return dir;
}

const fontsConf = (dir: string) => `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(dir, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(dir, 'font-cache')}</cachedir>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;
