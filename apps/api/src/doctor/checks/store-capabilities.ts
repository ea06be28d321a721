import {
  type Capability,
  type ProbeResult,
  probeBrowserUploads,
  probeConditionalWrites,
  probeMultipart,
  probeUploadForms,
  probeUploadUrls,
} from '@imagemill/storage/probes';
import { capabilityAdvice } from '../capability-advice.ts';
import type { StoragePart } from '../env.ts';
import { type Check, type Outcome, ok } from '../finding.ts';
import type { Stores } from '../stores.ts';

/** Capabilities that vary between S3 servers, tried on the originals bucket. */
export function capabilityChecks(
  env: StoragePart,
  { plainOriginals: storage, objects, publicEndpoint }: Stores,
): Check[] {
  const check = (name: string, probe: (signal: AbortSignal) => Promise<readonly ProbeResult[]>): Check => ({
    name,
    run: async (signal) => (await probe(signal)).map((result) => outcomeOf(result, env)),
  });
  const options = (signal: AbortSignal) => ({ storage, signal, newKey: () => objects.newKey(storage) });
  const uploadUrls = check('upload URLs', (signal) => probeUploadUrls(options(signal)));
  return [
    check('conditional writes', (signal) => probeConditionalWrites(options(signal))),
    {
      ...uploadUrls,
      run: async (signal) => [...(publicEndpoint ? [publicEndpoint] : []), ...(await uploadUrls.run(signal))],
    },
    check('upload forms', (signal) => probeUploadForms(options(signal))),
    check('multipart uploads', (signal) => probeMultipart(options(signal))),
    check('browser uploads', async (signal) =>
      Promise.all(originsOf(env).map((origin) => probeBrowserUploads({ ...options(signal), origin }))),
    ),
  ];
}

/** An origin for each rule: any page, or each page that may upload. */
const originsOf = ({ CORS_ORIGINS }: StoragePart): readonly string[] => {
  const named = CORS_ORIGINS.filter((origin) => !origin.includes('*'));
  return named.length > 0 ? named : ['https://shop.example.com'];
};

/** What S3_CONDITIONAL_WRITES replaces. */
const CONDITIONS: ReadonlySet<Capability> = new Set(['conditional-create', 'one-winner', 'conditional-replace']);

function outcomeOf(
  { capability, holds, seen }: ProbeResult,
  { S3_ALLOW_OVERWRITE, S3_CONDITIONAL_WRITES }: StoragePart,
): Outcome {
  const { title, without, fix } = capabilityAdvice[capability];
  if (capability === 'upload-once' && S3_ALLOW_OVERWRITE) {
    return ok('upload URLs may overwrite: S3_ALLOW_OVERWRITE is set');
  }
  if (!holds && S3_CONDITIONAL_WRITES === 'detect' && CONDITIONS.has(capability)) {
    return ok('conflicting writes are detected, not prevented: S3_CONDITIONAL_WRITES is set to detect');
  }
  return holds ? ok(title) : { result: without, message: `expected: ${title}; found: ${seen}`, fix };
}
