import { type FindFaces, loadFaces } from '../faces/find-faces.ts';
import { frameBytes } from '../faces/model-input.ts';
import { readModel } from '../faces/read-model.ts';
import type { FromFinder, ToFinder } from './messages.ts';

/**
 * Finds the faces in one frame after the other, for the process that started this one. Loads the model with the first frame; its path and
 * its SHA-256 are the arguments. Imports as little as possible: this process is small.
 */
const [, , path = '', sha256 = ''] = process.argv;
let loaded: Promise<FindFaces> | undefined;

process.on('message', async ({ frame }: ToFinder) => {
  process.send?.(await answer(frame));
});
process.on('disconnect', () => process.exit());

async function answer(frame: Uint8Array): Promise<FromFinder> {
  try {
    if (frame.byteLength !== frameBytes) throw new Error(`A frame has ${frameBytes} bytes, not ${frame.byteLength}.`);
    loaded ??= loadFaces(readModel(path, sha256));
    const findFaces = await loaded;
    return { faces: await findFaces(frame), rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
