export { buildRenditionUrls } from './build-rendition-urls.ts';
export { createHeldImages, type HeldImages } from './held-images.ts';
export { createImageEnds, type ImageEnds } from './image-end.ts';
export { createListImages, type ListImages } from './image-listing.ts';
export { createImageRecords, type ImageRecord, type ImageRecords } from './image-record.ts';
export { ImageReport, reportOf } from './image-report.ts';
export { createImageView, ImageView, processingFailed } from './image-view.ts';
export { createNotifier, type Notifier } from './notifier.ts';
export { createRenditionUrls, type RenditionUrls } from './rendition-urls.ts';
