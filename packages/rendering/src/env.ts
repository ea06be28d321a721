import { defaultBudget, ownLayers } from '@imagemill/imaging';
import { flag, list, whole } from '@imagemill/service';
import { z } from 'zod';

const MIB = 1024 * 1024;
/** Larger than any real image: for limits that only the operator can choose. */
const BIG = 2 ** 40;

/** The environment variables of every process that renders. */
export const engineEnv = {
  ENCODE_CONCURRENCY: whole(1, 128)
    .optional()
    .describe(
      'concurrent decodes and encodes per worker or edge, in all its engine processes; one more than its cores if not set: each leaves its core idle between its steps',
    ),
  ENGINE_PROCESSES: whole(1, 128)
    .optional()
    .describe(
      'engine processes per worker or edge, started on demand, each of which has one image at a time; fewer if its memory is not enough; as many as ENCODE_CONCURRENCY, and at least two, if not set',
    ),
  ENGINE_LAYERS: list()
    .pipe(z.array(z.enum(ownLayers, `must be layers of ${ownLayers.join(', ')}`)))
    .optional()
    .describe(
      `layers around engine processes, separated by commas, of ${ownLayers.map((layer) => `\`${layer}\``).join(', ')}: the worker or edge does not start if one of them does not work; all that work if not set`,
    ),
  IMAGE_CPU_MS: whole(1, 3_600_000)
    .prefault(String(defaultBudget.cpuMs))
    .describe(
      'CPU time of the engine process that one image may use for all its steps, on all threads; more is rejected (`timeout`)',
    ),
  IMAGE_WALL_MS: whole(1, 3_600_000)
    .prefault(String(defaultBudget.wallMs))
    .describe(
      'time that one image may hold an engine process; after that, the attempt fails and is retried, since an overloaded machine may be the reason',
    ),
  IMAGE_MEMORY_MB: whole(16, 1024 * 1024)
    .prefault(String(defaultBudget.memoryBytes / MIB))
    .describe('memory that one image may use in an engine process, in MiB; more is rejected (`too-complex`)'),
  FACE_DETECTION: flag()
    .prefault('true')
    .describe('whether faces are detected, for entries with `"position": "face"`, in a process that takes 130 MB'),
  MAX_UPLOAD_BYTES: whole(1, 5 * 1024 * MIB)
    .prefault(String(50 * MIB))
    .describe('maximum size of an original, in bytes'),
  MAX_SOURCE_PIXELS: whole(1, BIG)
    .prefault('100000000')
    .describe('maximum pixels of an original; all frames count if a variant is animated'),
  MAX_SOURCE_SIDE: whole(1, 65_535)
    .prefault('65535')
    .describe('maximum width and height of an original, in pixels; renditions are limited to 16,383 in any case'),
  MAX_SOURCE_FRAMES: whole(1, BIG)
    .prefault('60')
    .describe('maximum frames of an original if a variant is animated; otherwise only the first frame is used'),
};
