/** The part of the runtime's interface that is used here, which is also that of onnxruntime-web; its package has no types for it. */
declare module 'onnxruntime-node' {
  export const env: { readonly wasm: { numThreads?: number } };
  export class Tensor {
    constructor(type: 'float32', data: Float32Array, dims: readonly number[]);
    readonly data: Float32Array;
  }
  export interface SessionOptions {
    readonly intraOpNumThreads?: number;
    readonly interOpNumThreads?: number;
    /** 0 verbose … 4 fatal */
    readonly logSeverityLevel?: number;
  }
  export class InferenceSession {
    static create(model: Uint8Array, options?: SessionOptions): Promise<InferenceSession>;
    run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor | undefined>>>;
  }
}
