export * from './avif.ts';
export * from './exif.ts';
export * from './gif.ts';
export * from './hostile-pictures.ts';
export * from './jpeg.ts';
export * from './png.ts';
export * from './tiff.ts';
export * from './webp.ts';
