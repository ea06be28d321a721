export { type UppyCompletionOptions, uppyCompletion } from './uppy/uppy-completion.ts';
export { type UppyS3Options, type UppyUploadOptions, uppyS3Options } from './uppy/uppy-s3-options.ts';
