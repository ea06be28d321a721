export {
  createFaceDetector,
  FACE_DETECTOR_BYTES,
  type FaceDetector,
  type FaceDetectorOptions,
} from './face-detector.ts';
export { whyNoFaces } from './faces/face-model.ts';
