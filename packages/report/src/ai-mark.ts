import type { Examined } from './examined.ts';
import type { WarningOf } from './warning.ts';

/** Codes that name generated content; the list is that of the IPTC's guidance: https://cv.iptc.org/newscodes/digitalsourcetype */
const generated = new Set([
  'trainedAlgorithmicMedia',
  'compositeWithTrainedAlgorithmicMedia',
  'compositeSynthetic',
  // Of C2PA: data that was made by a model, such as an embedding shown as a picture.
  'trainedAlgorithmicData',
]);

/** A C2PA manifest alone is none: cameras write them too, and what it claims is not read. */
export function aiMark({ source }: Examined): WarningOf<'ai-mark'> | undefined {
  const { digitalSourceType } = source.provenance ?? {};
  const code = digitalSourceType?.split('/').at(-1) ?? '';
  return digitalSourceType !== undefined && generated.has(code) ? { code: 'ai-mark', digitalSourceType } : undefined;
}
