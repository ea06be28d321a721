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

const notHere = [
  // For a function of a cloud, where one process does all; here they would hide what a real browser refuses.
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
  // Drawing by a graphics card that is none costs ten times the time.
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/**
 * A Chromium to test with: that of CHROMIUM_BIN, else the one that npm brought, which needs no package of the system.
 *
 * @returns in words why there is none
 */
export async function findChromium(): Promise<Chromium | string> {
  const own = process.env.CHROMIUM_BIN;
  if (own) return { executablePath: own, args: ['--no-sandbox', '--font-render-hinting=none'] };
  const here = `${process.platform}-${process.arch}`;
  if (here !== 'linux-x64') return `No Chromium comes with npm for ${here}: name an installed one in CHROMIUM_BIN.`;
  const dir = await unpacked();
  return {
    executablePath: join(dir, 'chromium'),
    args: [...packed.args.filter((arg) => !notHere.includes(arg)), '--disable-gpu'],
    // Its own font, so that a picture of a page looks the same on every machine.
    env: { FONTCONFIG_FILE: join(dir, 'fonts.conf') },
  };
}

/** The folder that the packed Chromium is in, unpacked once a version; by several at once without harm. */
async function unpacked(): Promise<string> {
  const manifest = findPackageJSON('@sparticuz/chromium', import.meta.url) ?? '';
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const dir = join(cache, `chromium-${version}`);
  const isThere = () =>
    access(join(dir, 'fonts.conf')).then(
      () => true,
      () => false,
    );
  if (await isThere()) return dir;
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unpacking-'));
  // It unpacks into the folder for temporary files, which only a process of its own can have elsewhere.
  const unpack = "import('@sparticuz/chromium').then(({ default: packed }) => packed.executablePath())";
  await promisify(execFile)(process.execPath, ['--eval', unpack], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { ...process.env, TMPDIR: unfinished },
    timeout: UNPACK_TIMEOUT_MS,
  });
  await writeFile(join(unfinished, 'fonts.conf'), fontsConf(dir));
  await rename(unfinished, dir).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true });
    // Another test was faster.
    if (!(await isThere())) throw error;
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
