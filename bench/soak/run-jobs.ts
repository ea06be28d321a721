// The jobs of the soak, in a separate process, because an allocator must be preloaded; prints a JSON line every ten jobs.
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { variantSets } from '@imagemill/variants';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { corpus } from '../engine/sources.ts';

const CONCURRENT_JOBS = 4;
const SAMPLE_EVERY = 10;
const jobs = Number(process.argv[2]);

const engine = await createImagingEngine();
const sets = variantSets();
const sources = await mixedSources();
const slot = pLimit(CONCURRENT_JOBS);
let done = 0;

await Promise.all(
  Array.from({ length: jobs }, (_, index) =>
    slot(async () => {
      // Seven and eleven have no common factor with the list's length: every size is combined with every set.
      const bytes = sources[(index * 7) % sources.length] ?? Buffer.alloc(0);
      const set = sets.get((index * 11) % 3 === 0 ? 'product' : 'avatar') ?? [];
      const source = await engine.inspect(bytes);
      const picture = await engine.decode(bytes, source, set);
      await picture.summarise();
      for await (const _rendition of picture.render());
      done += 1;
      if (done % SAMPLE_EVERY === 0) {
        const { rss, heapTotal } = process.memoryUsage();
        console.log(JSON.stringify({ jobs: done, rssMiB: rss / 2 ** 20, heapMiB: heapTotal / 2 ** 20 }));
      }
    }),
  ),
);

/** Typical uploads of a marketplace: phone photographs of several sizes, screenshots, small pictures. */
async function mixedSources(): Promise<Buffer[]> {
  const photos = await corpus();
  const sides = [160, 320, 480, 640, 800, 1000];
  const made = photos.flatMap(({ bytes }, photo) =>
    sides.map((side, index) => {
      const image = sharp(bytes).resize(side, side, { fit: 'inside' });
      return (photo + index) % 4 === 0
        ? image.png().toBuffer()
        : image.jpeg({ progressive: index % 2 === 0 }).toBuffer();
    }),
  );
  return Promise.all(made);
}
