import { type FaceFinder, loadFaces } from '../faces/find-faces.ts';
import { frameBytes, largerFrameBytes } from '../faces/model-input.ts';
import { readModel } from '../faces/read-model.ts';
import type { FromFinder, ToFinder } from './messages.ts';

/**
 * Finds the faces in one frame after the other, for the process that started this one. Loads the model with the first frame; its path,
 * its SHA-256 and the URL of its runtime are the arguments. Imports as little as possible: this process is small.
 */
const [, , path = '', sha256 = '', runtime = ''] = process.argv;
let loaded: Promise<FaceFinder> | undefined;

process.on('message', async (message: ToFinder) => {
  process.send?.(await answer(message));
});
process.on('disconnect', () => process.exit());

async function answer({ frame, found }: ToFinder): Promise<FromFinder> {
  try {
    const expected = found ? largerFrameBytes : frameBytes;
    if (frame.byteLength !== expected) throw new Error(`A frame has ${expected} bytes, not ${frame.byteLength}.`);
    loaded ??= loadFaces(readModel(path, sha256), runtime);
    const finder = await loaded;
    const answer = found ? await finder.inQuarters(frame, found) : await finder.inWhole(frame);
    return { is: 'found', ...answer, rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    return { is: 'error', error: error instanceof Error ? error.message : String(error) };
  }
}
