export { plainUrl, probeAnonymous } from './anonymous.ts';
export { probeBrowserUploads } from './browser-uploads.ts';
export { clockSkewMs } from './clock.ts';
export { probeConditionalWrites } from './conditional-writes.ts';
export { probeMultipart } from './multipart.ts';
export { type Capability, capabilities, type ProbeResult } from './probe.ts';
export { probeUploadForms } from './upload-forms.ts';
export { probeUploadUrls } from './upload-urls.ts';
