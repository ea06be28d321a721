import sharp from 'sharp';

/** libvips' names of the loaders that an upload may reach; their subclasses read files, buffers and streams. */
const allowed = [
  'VipsForeignLoadJpeg',
  'VipsForeignLoadPng',
  'VipsForeignLoadWebp',
  'VipsForeignLoadHeif',
  'VipsForeignLoadNsgif',
  'VipsForeignLoadTiff',
];

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
// The smallest GIF: one transparent pixel.
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/**
 * Blocks every loader of libvips that is not on the list, in libvips itself, for the whole process.
 *
 * @param libvips blocks and unblocks loaders; tests pass one that does not
 * @throws Error if the block did not take effect; decode nothing in that case
 */
export async function blockOtherLoaders(libvips: Pick<typeof sharp, 'block' | 'unblock'> = sharp): Promise<void> {
  libvips.block({ operation: ['VipsForeignLoad'] });
  libvips.unblock({ operation: allowed });
  if (await loads(svg)) throw new Error('libvips still loads SVG: blocking its loaders had no effect.');
  if (!(await loads(gif))) throw new Error('libvips does not load GIF: too many of its loaders are blocked.');
}

const loads = (bytes: Buffer) =>
  sharp(bytes)
    .metadata()
    .then(
      () => true,
      () => false,
    );
