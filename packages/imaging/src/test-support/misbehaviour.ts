import { fileURLToPath } from 'node:url';
import type { EnginePool } from '../pool/create-engine-pool.ts';
import { variantSet } from './render.ts';

/**
 * Every step that an engine process performs in native code; of the encodes, which are the same call for every format, the first and
 * the last.
 */
export const steps = ['inspect', 'decode', 'summarise', 'avif', 'animation'] as const;
/** The formats between the two do nothing, except where a test names one. */
export type Step = (typeof steps)[number] | 'webp' | 'jpeg' | 'png';

export type Way =
  | 'nothing'
  | 'burning'
  | 'looping'
  | 'hanging'
  | 'growing'
  | 'taking 330 MiB'
  | 'pausing'
  | 'ending with SIGSEGV'
  | 'aborting'
  | 'exiting'
  | 'sending a long frame'
  | 'sending no JSON'
  | 'sending a result of another shape'
  | 'throwing an error';

/** The content of a file for `misbehaving-engine.ts`: one step misbehaves, the others do nothing. */
export interface Misbehaviour {
  readonly at: Step;
  readonly by: Way;
  /** The size that `inspect` reports; 1 if not given. A large picture is heavy. */
  readonly megapixels?: number;
}

export const misbehavingProgram = fileURLToPath(new URL('./misbehaving-engine.ts', import.meta.url));

const set = variantSet(...['avif', 'webp', 'jpeg', 'png'].map((format) => ({ format })), {
  format: 'webp',
  animated: true,
});

/** Runs an image through all steps, the summary beside the encodes. */
export async function runImage(pool: EnginePool, misbehaviour: Misbehaviour, signal?: AbortSignal) {
  const file = Buffer.from(JSON.stringify(misbehaviour));
  const source = await pool.inspect(file, { signal });
  const picture = await pool.decode(file, source, set, { signal });
  try {
    const renditions = Array.fromAsync(picture.render({ signal }));
    const [made] = await Promise.all([renditions, picture.summarise({ signal })]);
    return made.length;
  } finally {
    picture.close();
  }
}
