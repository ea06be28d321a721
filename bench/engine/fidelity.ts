import { readFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { planRenditions, variantSets } from '@imagemill/variants';
import sharp from 'sharp';
import { createScorer, type Quality } from '../frontier/quality.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { encodeLike } from './contenders.ts';
import { makeSource } from './sources.ts';

export interface Fidelity {
  readonly rendition: string;
  readonly ours: Quality;
  readonly direct: Quality;
}

/**
 * Similarity of each rendition to the source, scaled losslessly to its size. Compares ours, made from pixels that are
 * decoded once for all, to one made directly from the source. Decoding once must not cost quality.
 */
export async function measureFidelity({ quick }: { quick: boolean }): Promise<Fidelity[]> {
  const { path } = await makeSource(quick ? 2 : 12, 'baseline jpeg');
  const bytes = await readFile(path);
  const set = (variantSets().get('product') ?? []).filter(({ format }) => format !== 'webp' || !quick);
  const engine = await createImagingEngine();
  const source = await engine.inspect(bytes);
  const plans = planRenditions(source, set);
  const picture = await engine.decode(bytes, source, set);

  const results: Fidelity[] = [];
  for await (const { variant, data } of picture.render()) {
    const plan = plans.find((candidate) => candidate.variant === variant);
    if (!plan) continue;
    const scaled = () =>
      sharp(bytes).resize(plan.width, plan.height, { fit: variant.fit === 'cover' ? 'cover' : 'fill' });
    const scorer = await createScorer(await scaled().png({ compressionLevel: 1 }).toBuffer());
    results.push({
      rendition: `${variant.name} ${variant.format}`,
      ours: await scorer.score(Buffer.from(data)),
      direct: await scorer.score(await encodeLike(scaled(), variant, plan).toBuffer()),
    });
    await scorer.close();
  }
  return results;
}

export function fidelityTable(rows: readonly Fidelity[]): string {
  const norm = ({ butteraugli }: Quality) => butteraugli?.toFixed(3) ?? '';
  return markdownTable(
    ['rendition', 'SSIM ours', 'SSIM direct', 'difference', 'butteraugli ours', 'direct'],
    rows.map(({ rendition, ours, direct }) => [
      rendition,
      ours.ssim.toFixed(4),
      direct.ssim.toFixed(4),
      (ours.ssim - direct.ssim).toFixed(4),
      norm(ours),
      norm(direct),
    ]),
  );
}
