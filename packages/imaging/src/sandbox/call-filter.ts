import {
  type CallNumber,
  deniedCalls,
  hiddenCalls,
  LAST_CALL,
  type LimitedCall,
  limitedCalls,
} from './denied-calls.ts';

export type Architecture = keyof typeof architectures;

/** AUDIT_ARCH, the kernel's name of an architecture, and the column of a `CallNumber`. */
const architectures = {
  x64: { audit: 0xc0_00_00_3e, column: 0 },
  arm64: { audit: 0xc0_00_00_b7, column: 1 },
} as const;

/** The filter of an engine process on this machine; undefined on other architectures. */
export const ownCallFilter = (): Buffer | undefined =>
  process.arch in architectures ? callFilter(process.arch as Architecture) : undefined;

/**
 * A program that decides in the kernel about each system call, as bytes of `struct sock_filter`. The kernel remembers for each number
 * whether it is always allowed, so the length of the program does not matter.
 *
 * https://docs.kernel.org/userspace-api/seccomp_filter.html
 */
export function callFilter(architecture: Architecture): Buffer {
  const { audit, column } = architectures[architecture];
  const denied = Object.values(deniedCalls).flatMap((group) => Object.values<CallNumber>(group));
  return assemble([
    // Numbers depend on the architecture, and a 64-bit process can make 32-bit calls.
    load(offsets.architecture),
    ...unless(audit, [end(killProcess)]),
    load(offsets.number),
    ...ifGreater(LAST_CALL, [end(fail(ENOSYS))]),
    ...denied.flatMap((numbers) => when(numbers[column], [end(fail(EPERM))])),
    ...Object.values<CallNumber>(hiddenCalls).flatMap((numbers) => when(numbers[column], [end(fail(ENOSYS))])),
    ...Object.values<LimitedCall>(limitedCalls).flatMap((call) => when(call.number[column], limit(call))),
    end(allow),
  ]);
}

const limit = ({ argument, mask, value }: LimitedCall) => [
  load(offsets.argument(argument)),
  and(mask),
  ...unless(value, [end(fail(EPERM))]),
  end(allow),
];

/** In `struct seccomp_data`. Flags are in the lower half of an argument, which comes first. */
const offsets = { number: 0, architecture: 4, argument: (index: number) => 16 + 8 * index } as const;

const EPERM = 1;
const ENOSYS = 38;
const allow = 0x7f_ff_00_00;
const killProcess = 0x80_00_00_00;
const fail = (error: number) => 0x00_05_00_00 + error;

interface Instruction {
  readonly code: number;
  readonly operand: number;
  /** Instructions that a comparison skips. */
  readonly skipIfTrue?: number;
  readonly skipIfFalse?: number;
}
type Instructions = readonly Instruction[];

// Codes of https://docs.kernel.org/networking/filter.html; each works on one register.
const load = (offset: number): Instruction => ({ code: 0x20, operand: offset });
const and = (mask: number): Instruction => ({ code: 0x54, operand: mask });
const end = (action: number): Instruction => ({ code: 0x06, operand: action });
const when = (value: number | undefined, then: Instructions): Instructions =>
  value === undefined ? [] : [{ code: 0x15, operand: value, skipIfFalse: then.length }, ...then];
const unless = (value: number, then: Instructions): Instructions => [
  { code: 0x15, operand: value, skipIfTrue: then.length },
  ...then,
];
const ifGreater = (value: number, then: Instructions): Instructions => [
  { code: 0x25, operand: value, skipIfFalse: then.length },
  ...then,
];

/** Both architectures are little-endian. */
function assemble(instructions: Instructions): Buffer {
  return Buffer.concat(
    instructions.map(({ code, operand, skipIfTrue = 0, skipIfFalse = 0 }) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt16LE(code);
      bytes.writeUInt8(skipIfTrue, 2);
      bytes.writeUInt8(skipIfFalse, 3);
      bytes.writeUInt32LE(operand, 4);
      return bytes;
    }),
  );
}
