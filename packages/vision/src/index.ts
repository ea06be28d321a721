export { createFaceDetector, type FaceDetector, type FaceDetectorOptions } from './face-detector.ts';
export { findFaceRuntime } from './faces/face-model.ts';
export type { Runtime } from './faces/runtime.ts';
