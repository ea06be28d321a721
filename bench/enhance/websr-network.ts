import { type OnnxNode, type OnnxTensor, onnxModel } from './onnx.ts';

/** Weights as WebSR has them: of each layer for four output channels, in 4 × 4 matrices with one column per input channel. */
export interface WebsrWeights {
  readonly layers: Readonly<Record<string, { readonly weights: readonly number[]; readonly bias: readonly number[] }>>;
}

/** Convolutions of 3 × 3 pixels in a row: as many pixels beside a tile decide its values. */
export const HALO_PX = 7;
const COLUMN = 4;

/**
 * The network `cnn-2x-l` of `@websr/websr` as ONNX (its `src/networks/anime4k/cnn-2x-l.ts` and `src/layers/anime4k`). Input: RGB from 0 to
 * 1, 1 × 3 × height × width. Output: the same, twice as high and wide.
 */
export function websrNetwork({ layers }: WebsrWeights): Buffer {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  /** @param names of layers, for four output channels each @param inputs channels, in the order of the matrices */
  function convolution(names: readonly string[], from: string, inputs: number, size: 1 | 3): string {
    const [name = ''] = names;
    const taps = size * size;
    const weights = new Float32Array(names.length * COLUMN * inputs * taps);
    const bias = new Float32Array(names.length * COLUMN);
    names.forEach((layerName, at) => {
      const layer = layers[layerName];
      if (layer?.weights.length !== Math.ceil(inputs / COLUMN) * COLUMN * COLUMN * taps)
        throw new Error(`The layer ${layerName} has another size.`);
      bias.set(layer.bias, at * COLUMN);
      for (let output = 0; output < COLUMN; output += 1)
        for (let input = 0; input < inputs; input += 1)
          for (let tap = 0; tap < taps; tap += 1) {
            const matrix = Math.floor(input / COLUMN) * taps + tap;
            const value = layer.weights[(matrix * COLUMN + (input % COLUMN)) * COLUMN + output] as number;
            // The matrices go down each column of pixels, from the left to the right; ONNX goes along the rows.
            const [x, y] = [Math.floor(tap / size), tap % size];
            weights[((at * COLUMN + output) * inputs + input) * taps + y * size + x] = value;
          }
    });
    constants.push({ name: `${name}.weights`, dims: [names.length * COLUMN, inputs, size, size], values: weights });
    constants.push({ name: `${name}.bias`, dims: [names.length * COLUMN], values: bias });
    const ints = { pads: Array<number>(4).fill((size - 1) / 2) };
    nodes.push({ op: 'Conv', inputs: [from, `${name}.weights`, `${name}.bias`], output: name, ints });
    return name;
  }
  /** The positive parts of all channels, then the negative ones. */
  function bothSigns(of: string): string {
    nodes.push({ op: 'Neg', inputs: [of], output: `${of}.neg` });
    nodes.push({ op: 'Concat', inputs: [of, `${of}.neg`], output: `${of}.both`, ints: { axis: 1 } });
    nodes.push({ op: 'Relu', inputs: [`${of}.both`], output: `${of}.signs` });
    return `${of}.signs`;
  }
  const steps = [bothSigns(convolution(['conv2d_tf', 'conv2d_tf1'], 'input', 3, 3))];
  for (let at = 1; at < 7; at += 1) {
    const names = [`conv2d_${at}_tf`, `conv2d_${at}_tf1`];
    steps.push(bothSigns(convolution(names, steps.at(-1) as string, 16, 3)));
  }
  nodes.push({ op: 'Concat', inputs: steps, output: 'steps', ints: { axis: 1 } });
  const last = convolution(['conv2d_last_tf', 'conv2d_last_tf1', 'conv2d_last_tf2'], 'steps', 112, 1);
  const shuffled = { ints: { blocksize: 2 }, strings: { mode: 'CRD' } };
  nodes.push({ op: 'DepthToSpace', inputs: [last], output: 'detail', ...shuffled });
  constants.push({ name: 'twice', dims: [4], values: Float32Array.of(1, 1, 2, 2) });
  nodes.push({ op: 'Resize', inputs: ['input', '', 'twice'], output: 'enlarged', strings: { mode: 'linear' } });
  nodes.push({ op: 'Add', inputs: ['enlarged', 'detail'], output: 'output' });
  return onnxModel({ name: 'cnn-2x-l', input: 'input', output: 'output', nodes, constants });
}
