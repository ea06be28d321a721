import { parseJsonFile } from '@imagemill/service';
import { ImageId, loadCategories, plannedRenditions, publicUrl, renditionKey } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { AddressesPart } from '../env.ts';
import { type Check, type Outcome, ok, problem, skipped, warning } from '../finding.ts';
import { reasonOf } from '../run-checks.ts';
import type { Stores } from '../stores.ts';

const BODY = Buffer.from('not a picture: a test of the delivery');

/** A rendition that was just stored is served under CDN_BASE_URL, and a private one is not. */
export const cdnCheck = (env: AddressesPart, { cdn, objects }: Stores): Check => ({
  name: 'CDN',
  async run(signal) {
    const base = env.CDN_BASE_URL;
    if (base === undefined) return [skipped('CDN_BASE_URL is not set')];
    const keys = await pictureKeys(env.VARIANT_SETS_FILE);
    if (!keys) return [skipped('no category is public')];
    const put = (key: string) =>
      cdn.put(
        { key: objects.note(cdn, key), body: BODY, contentType: 'image/webp', cacheControl: 'no-store' },
        { signal },
      );
    await Promise.all([put(keys.shown), put(keys.hidden)]);
    return Promise.all([
      fetched(base, keys.shown, signal).then(
        (got) => shownOutcome(got),
        (error: unknown) => unreachable('CDN_BASE_URL', base, error),
      ),
      fetched(base, keys.hidden, signal).then(
        (got) => hiddenOutcome(got),
        (error: unknown) => skipped(`private pictures were not tested: ${reasonOf(error)}`),
      ),
    ]);
  },
});

/** Keys of an image that does not exist: of a planned public rendition, and of a private one. */
async function pictureKeys(variantSetsFile: string | undefined) {
  const imageId = ImageId.parse(uuidv7());
  const categories = await parseJsonFile(variantSetsFile, loadCategories);
  const spec = [...categories.values()].find(({ visibility }) => visibility === 'public');
  const [first] = spec ? plannedRenditions(imageId, spec) : [];
  if (!first) return undefined;
  const hidden = { imageId, revision: 'doctor', variant: 'probe', format: 'webp', visibility: 'signed' } as const;
  return { shown: first.key, hidden: renditionKey(hidden) };
}

interface Got {
  readonly status: number;
  readonly isSame: boolean;
}

async function fetched(base: string, key: string, signal: AbortSignal): Promise<Got> {
  const response = await fetch(publicUrl(base, key), { redirect: 'manual', signal });
  return { status: response.status, isSame: (await response.text()) === BODY.toString() };
}

function shownOutcome({ status, isSame }: Got): Outcome {
  if (status === 200 && isSame) return ok('CDN_BASE_URL serves a picture of the CDN bucket');
  return problem(
    `CDN_BASE_URL does not serve a picture that is in the CDN bucket (HTTP ${status})`,
    'Point the CDN at the CDN bucket or the edge, and make images/ readable for it: the bucket set-up adds the policy.',
  );
}

function hiddenOutcome({ isSame }: Got): Outcome {
  return isSame
    ? problem(
        'CDN_BASE_URL serves private pictures without a signature',
        'Send private/ to the edge only: see docs/delivery.md.',
      )
    : ok('CDN_BASE_URL does not serve private pictures without a signature');
}

/** An edge also names the steps that it cannot do, and what it finds faces with. */
const Health = z.object({ off: z.array(z.string()).prefault([]), faces: z.string().optional() });

/** An address that answers at /healthz. */
export const addressCheck = (name: string, variable: string, url: string | undefined): Check => ({
  name,
  async run(signal) {
    if (url === undefined) return [skipped(`${variable} is not set`)];
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}/healthz`, { redirect: 'manual', signal });
      if (response.ok)
        return [ok(`${variable} answers`), ...capabilities(await response.json().catch(() => undefined))];
      await response.body?.cancel();
      return [
        problem(
          `${variable} answers HTTP ${response.status} at /healthz`,
          `Check the proxy in front, and ${variable}.`,
        ),
      ];
    } catch (error) {
      return [unreachable(variable, url, error)];
    }
  },
});

/** @param health the body of the answer; the address may be that of another service */
function capabilities(health: unknown): Outcome[] {
  const { off = [], faces } = Health.safeParse(health).data ?? {};
  const warnings = off.map((step) =>
    warning(
      `${step} is off: a model or its runtime is not installed`,
      'Install it as docs/models.md describes, or set FACE_DETECTION=false. The logs of edges and workers say what is missing.',
    ),
  );
  return faces === undefined ? warnings : [...warnings, ok(`faces are detected with ${faces}`)];
}

/** A loopback address is reachable on its own machine only, and may be right for a stack on one machine. */
function unreachable(variable: string, url: string, error: unknown): Outcome {
  const message = `${variable} does not answer from here: ${reasonOf(error)}`;
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);
  return isLoopback
    ? warning(message, 'It is an address of this machine or container only. Check it on the host.')
    : problem(message, `Check DNS, certificate and proxy, and ${variable}.`);
}
