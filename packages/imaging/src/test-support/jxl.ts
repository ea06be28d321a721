import { readFile } from 'node:fs/promises';

/** Files of `jxl/`, of 64 × 48 pixels with the colours of `sampleColour`; `jxl/README.md` has how they were made. */
export const jxlSample = (
  name: 'plain' | 'lossy' | 'p3' | 'deep' | 'alpha' | 'grey' | 'turned' | 'jpeg' | 'moving',
): Promise<Buffer> => readFile(new URL(`jxl/${name}.jxl`, import.meta.url));
