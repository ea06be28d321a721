import { createSigner, type Size } from '@imagemill/client/sizes';
import { parseEnv } from '@imagemill/service/environment';
import { Fit, Format, ImageId, parseSizeQuery, sizeFocuses } from '@imagemill/variants';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { signEnv } from '../env.ts';
import { exitWithoutReader } from '../exit-without-reader.ts';
import { FailureToExplain } from '../explain.ts';
import { parseExpiry } from '../keys/expiry.ts';
import { readStackFile } from '../stack/stack-file.ts';
import { helpAfter } from './help.ts';

interface SignOptions extends Size {
  readonly expires?: Date;
  readonly kid?: string | undefined;
  readonly base?: string | undefined;
  readonly json?: boolean;
}

/** `imagemill sign <imageId>`: a signed URL of any size of an image. */
export function sign(program: Command): void {
  program
    .command('sign')
    .description('print a signed URL of any size of an image')
    .argument('<imageId>', 'id of an image, as `imagemill list` shows it', imageId)
    .option('-w, --width <pixels>', 'width of the box', side)
    .option('--height <pixels>', 'height of the box', side)
    .addOption(new Option('--fit <fit>', 'default: cover if both sides are given, else inside').choices(Fit.options))
    .addOption(
      new Option('-f, --format <format>', 'default: auto, by the Accept header').choices(['auto', ...Format.options]),
    )
    .option('-q, --quality <number>', '1 to 100 (default: depends on the format)', whole(100))
    .addOption(new Option('--pixel-ratio <number>', 'device pixels per CSS pixel').choices(['1', '1.5', '2', '3']))
    .addOption(new Option('--focus <part>', 'the part that --fit cover keeps').choices(sizeFocuses))
    .option(
      '--background <colour>',
      'behind --fit contain: #rrggbb, transparent, auto or blur (default: white)',
      background,
    )
    .option('-e, --expires <when>', 'when the URL expires: 7d, or a date (default: never)', (when) => parseExpiry(when))
    .option('--kid <id>', 'the signing key to use (default: the first one)')
    .option('--base <url>', 'CDN or edge (default: CDN_BASE_URL)')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      helpAfter({
        examples: [
          ['imagemill sign 01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11 --width 320', 'at most 320 pixels wide'],
          ['imagemill sign 01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11 -w 300 --height 300 -e 7d', 'a square, for a week'],
        ],
        environment: [
          ['EDGE_SIGNING_KEYS', "keys of the edge, kid:tenant:secret,… (default: the local stack's)"],
          ['CDN_BASE_URL', "URL of the CDN or the edge (default: the local stack's)"],
          ['IMAGEMILL_DIR', 'folder of the local stack (default: .imagemill)'],
        ],
        exitCodes: [
          [0, 'printed'],
          [1, 'there is no signing key, or no base URL'],
          [2, 'wrong usage'],
        ],
      }),
    )
    .hook('preAction', exitWithoutReader)
    .action(printUrl);
}

async function printUrl(id: ImageId, options: SignOptions, command: Command): Promise<void> {
  const { expires: expiresAt, kid, base, json, pixelRatio, ...size } = options;
  if (size.width === undefined && size.height === undefined) command.error('error: --width or --height is required');
  const { key, baseUrl } = await signingTarget({ kid, base });
  const asked = { ...size, ...(pixelRatio !== undefined && { pixelRatio: Number(pixelRatio) as Size['pixelRatio'] }) };
  const signer = createSigner({ baseUrl, kid: key.kid, secret: Buffer.from(key.secret).toString('hex') });
  const url = await signer.sizeUrl(id, asked, { expiresAt });
  const accepted = parseSizeQuery(new URL(url).search);
  if (!accepted.ok) command.error(`error: an edge does not accept this size: ${accepted.message}`);
  const shown = { url, imageId: id, kid: key.kid, tenant: key.tenant, expiresAt: expiresAt?.toISOString() };
  process.stdout.write(`${json ? JSON.stringify(shown) : url}\n`);
}

/** @throws FailureToExplain */
async function signingTarget({ kid, base }: Pick<SignOptions, 'kid' | 'base'>) {
  const env = parseEnv(signEnv, process.env);
  const stack = await readStackFile(env.IMAGEMILL_DIR);
  const keys = env.EDGE_SIGNING_KEYS ?? signEnv.shape.EDGE_SIGNING_KEYS.parse(stack?.signingKeys) ?? [];
  const key = kid === undefined ? keys[0] : keys.find((each) => each.kid === kid);
  if (!key && keys.length > 0) throw new FailureToExplain(`There is no signing key ${kid}.`);
  const baseUrl = base ?? env.CDN_BASE_URL ?? stack?.edgeUrl ?? stack?.cdnBaseUrl;
  if (!key || !baseUrl) {
    throw new FailureToExplain(
      'No local stack is running in this folder. Start one with `npx -y pnpm@12 start`, or set EDGE_SIGNING_KEYS and CDN_BASE_URL.',
    );
  }
  return { key, baseUrl };
}

function imageId(text: string): ImageId {
  const parsed = ImageId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be the id of an image.');
}

function background(text: string): Size['background'] {
  if (text === 'transparent' || text === 'auto' || text === 'blur') return text;
  if (/^#[0-9a-f]{6}$/.test(text)) return text as `#${string}`;
  throw new InvalidArgumentError('It must be a colour as #rrggbb, in lower case, or transparent, auto or blur.');
}

const whole = (max: number) => (text: string) => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
};
const side = whole(16_383);
