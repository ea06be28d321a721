import { readFile } from 'node:fs/promises';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { createLogger } from '@imagemill/service';
import { loadCategories } from '@imagemill/variants';
import { buildDetector, capabilities } from '../build-detector.ts';

/** Crops an avatar with the detector of this installation. Prints the line of the log, then the decisions as JSON. */
const detector = buildDetector(true, createLogger('worker', 'info'));
const engine = await createImagingEngine({ detector });
const photo = await readFile(new URL('../../../../examples/photos/avatar.jpg', import.meta.url));
const { set = [] } = (await loadCategories()).get('avatar') ?? {};
const picture = await engine.decode(photo, await engine.inspect(photo), set);
const { off } = capabilities({ FACE_DETECTION: true });
console.log(JSON.stringify({ ...picture.decided, off }));
await detector?.close();
