export { asNarrowRange, avifFile, codedAlpha, codedColour } from './avif.ts';
export { bmp, bmpRows, rgb24 } from './bmp.ts';
export { heicSample } from './heic.ts';
export * as hostile from './hostile/index.ts';
export { photographsWithWarnings, photographWithoutWarnings } from './photographs-with-warnings.ts';
export { animation, cornerPicture } from './pictures.ts';
export { chrm, cicp, gama, iccp, patchesPng } from './png.ts';
export { greyProfile, type RgbSpaceName, rgbProfile } from './profiles.ts';
export { withSvgLoader } from './svg-loader.ts';
