import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faceModel } from '@imagemill/variants';
import { readModel } from './read-model.ts';

/** Path of the model's file, which is 1.2 MB. */
export const FACE_MODEL = fileURLToPath(new URL(`../../models/${faceModel.name}.onnx`, import.meta.url));

interface Installation {
  readonly model: string;
  /** The URL of a package's main module. @throws Error if it is not installed */
  readonly resolve: (name: string) => string;
}

const installation: Installation = { model: FACE_MODEL, resolve: (name) => import.meta.resolve(name) };

/** Why faces cannot be found in this installation; undefined if they can. Reads the model's file, and loads nothing. */
export function whyNoFaces({ model, resolve }: Partial<Installation> = {}): string | undefined {
  try {
    readModel(model ?? installation.model, faceModel.sha256);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { platform, arch } = process;
  const binding = `../bin/napi-v3/${platform}/${arch}/onnxruntime_binding.node`;
  try {
    if (existsSync(new URL(binding, (resolve ?? installation.resolve)('onnxruntime-node')))) return undefined;
  } catch {
    return 'onnxruntime-node is not installed.';
  }
  return `onnxruntime-node has no binary for ${platform}/${arch}.`;
}
