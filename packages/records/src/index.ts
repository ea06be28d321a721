export { BucketEvent, type CreatedObject } from './bucket-events/bucket-event.ts';
export { QueueMessage } from './bucket-events/queue-message.ts';
export { imagesInMessage, renderOrder } from './bucket-events/render-message.ts';
export { imageFromKey } from './image-from-key.ts';
export { MultipartOfImage, RenderImage, renderImageRecord } from './render-image.ts';
export { RenderProgress } from './render-progress.ts';
export { type Upgrade, type Versioned, versioned } from './versioned.ts';
