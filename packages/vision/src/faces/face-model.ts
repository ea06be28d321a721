import { fileURLToPath } from 'node:url';
import { faceModel } from '@imagemill/variants';
import { readModel } from './read-model.ts';
import { type FoundRuntime, findRuntime, type Surroundings } from './runtime.ts';

/** Path of the model's file, which is 1.2 MB. */
export const FACE_MODEL = fileURLToPath(new URL(`../../models/${faceModel.name}.onnx`, import.meta.url));

interface Installation extends Partial<Surroundings> {
  readonly model?: string;
}

/** What faces are found with, or the reason why this installation cannot find them. Reads the model's file, and loads nothing. */
export function findFaceRuntime({ model = FACE_MODEL, ...surroundings }: Installation = {}): FoundRuntime {
  try {
    readModel(model, faceModel.sha256);
  } catch (error) {
    return { runtime: undefined, reason: error instanceof Error ? error.message : String(error) };
  }
  return findRuntime(surroundings);
}
