export { imageFromKey } from './image-from-key.ts';
export { MultipartOfImage, RenderImage, renderImageRecord } from './render-image.ts';
export { RenderProgress } from './render-progress.ts';
export { type Upgrade, type Versioned, versioned } from './versioned.ts';
