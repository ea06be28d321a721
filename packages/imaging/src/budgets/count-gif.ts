import { gifBlocks } from '../source/gif-blocks.ts';
import type { Tally } from './budgets.ts';

export function countGif(bytes: Buffer, tally: Tally): void {
  for (const { isImage, subBlocks, at, end } of gifBlocks(bytes, tally.left('subBlocks'))) {
    tally.add('parts');
    tally.add('subBlocks', subBlocks);
    if (isImage) tally.add('frames');
    else tally.add('metadataBytes', end - at);
  }
}
