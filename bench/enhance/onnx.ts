/** The parts of ONNX (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that a network of convolutions needs, in protobuf's wire format. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly ints?: Readonly<Record<string, number | readonly number[]>>;
  readonly strings?: Readonly<Record<string, string>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

export interface OnnxNetwork {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
/** `AttributeProto.AttributeType` */
const attributeType = { int: 2, string: 3, ints: 7 } as const;

/** The bytes of a model whose input and output have the dimensions 1 × 3 × height × width, which are free. */
export function onnxModel({ name, input, output, nodes, constants }: OnnxNetwork): Buffer {
  const graph = Buffer.concat([
    ...nodes.map((node) => message(1, nodeOf(node))),
    text(2, name),
    ...constants.map((tensor) => message(5, tensorOf(tensor))),
    message(11, valueInfo(input)),
    message(12, valueInfo(output)),
  ]);
  return Buffer.concat([integer(1, IR_VERSION), message(7, graph), message(8, integer(2, OPSET))]);
}

function nodeOf({ op, inputs, output, ints = {}, strings = {} }: OnnxNode): Buffer {
  const ofInts = Object.entries(ints).map(([name, value]) =>
    typeof value === 'number'
      ? [text(1, name), integer(3, value), integer(20, attributeType.int)]
      : [text(1, name), ...value.map((each) => integer(8, each)), integer(20, attributeType.ints)],
  );
  const ofStrings = Object.entries(strings).map(([name, value]) => [
    ...[text(1, name), text(4, value), integer(20, attributeType.string)],
  ]);
  return Buffer.concat([
    ...inputs.map((each) => text(1, each)),
    text(2, output),
    text(4, op),
    ...[...ofInts, ...ofStrings].map((fields) => message(5, Buffer.concat(fields))),
  ]);
}

const tensorOf = ({ name, dims, values }: OnnxTensor) =>
  Buffer.concat([
    ...dims.map((each) => integer(1, each)),
    integer(2, FLOAT),
    text(8, name),
    message(9, Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  ]);

function valueInfo(name: string): Buffer {
  const dims = [integer(1, 1), integer(1, 3), text(2, 'height'), text(2, 'width')];
  const shape = Buffer.concat(dims.map((each) => message(1, each)));
  const tensor = Buffer.concat([integer(1, FLOAT), message(2, shape)]);
  return Buffer.concat([text(1, name), message(2, message(1, tensor))]);
}

/** https://protobuf.dev/programming-guides/encoding/ */
const integer = (field: number, value: number) => Buffer.concat([varint(field * 8), varint(value)]);
const text = (field: number, value: string) => message(field, Buffer.from(value));
const message = (field: number, bytes: Buffer) => Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
