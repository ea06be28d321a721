import { existsSync } from 'node:fs';
import { familySync, MUSL } from 'detect-libc';

const MIB = 1024 * 1024;

/** Packages that run the model, with what the detector's process takes (docs/models.md). */
const bytesOf = { 'onnxruntime-node': 128 * MIB, 'onnxruntime-web': 192 * MIB } as const;
type RuntimeName = keyof typeof bytesOf;

export interface Runtime {
  readonly name: RuntimeName;
  /** Of its main module. */
  readonly url: string;
  readonly bytes: number;
}

/** The runtime, or the reason why there is none. */
export type FoundRuntime = { readonly runtime: Runtime } | { readonly runtime: undefined; readonly reason: string };

/** Where a runtime is looked for; tests pass other answers. */
export interface Surroundings {
  /** The URL of a package's main module. @throws Error if it is not installed */
  readonly resolve: (name: RuntimeName) => string;
  readonly libc: string | null;
}

/** The runtime that this machine can use. Loads nothing. */
export function findRuntime(given: Partial<Surroundings> = {}): FoundRuntime {
  const { resolve, libc } = { resolve: (name: RuntimeName) => import.meta.resolve(name), libc: familySync(), ...given };
  const find = (name: RuntimeName) => {
    try {
      return { name, url: resolve(name), bytes: bytesOf[name] };
    } catch {
      return undefined;
    }
  };
  const native = find('onnxruntime-node');
  const { platform, arch } = process;
  const binary = `../bin/napi-v3/${platform}/${arch}/onnxruntime_binding.node`;
  if (native && libc !== MUSL && existsSync(new URL(binary, native.url))) return { runtime: native };
  const system = libc === MUSL ? `${platform}/${arch} with musl` : `${platform}/${arch}`;
  const reason = native ? `onnxruntime-node has no binary for ${system}` : 'onnxruntime-node is not installed';
  const runtime = find('onnxruntime-web');
  return runtime ? { runtime } : { runtime, reason: `${reason}, and onnxruntime-web is not installed.` };
}
