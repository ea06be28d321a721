import sharp from 'sharp';

/** libvips' own names of the loaders that an upload may reach; with their subclasses they read files, buffers and streams. */
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
 * Blocks every loader of libvips but those on the list, in libvips itself, for this whole process.
 *
 * @param libvips what blocks and unblocks; a test gives one that does not
 * @throws Error when the block did not take effect: nothing may be decoded then
 */
export async function blockOtherLoaders(libvips: Pick<typeof sharp, 'block' | 'unblock'> = sharp): Promise<void> {
  libvips.block({ operation: ['VipsForeignLoad'] });
  libvips.unblock({ operation: allowed });
  if (await loads(svg)) throw new Error('libvips still loads SVG: the block of its loaders did not take effect.');
  if (!(await loads(gif))) throw new Error('libvips does not load GIF: the block of its loaders went too far.');
}

const loads = (bytes: Buffer) =>
  sharp(bytes)
    .metadata()
    .then(
      () => true,
      () => false,
    );
