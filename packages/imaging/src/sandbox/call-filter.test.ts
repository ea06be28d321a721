import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Architecture, callFilter } from './call-filter.ts';
import { type CallNumber, deniedCalls, hiddenCalls, LAST_CALL, limitedCalls } from './denied-calls.ts';

const audit = { x64: 0xc0_00_00_3e, arm64: 0xc0_00_00_b7 };
const column = { x64: 0, arm64: 1 } as const;
const actions = new Map([
  [0x7f_ff_00_00, 'allowed'],
  [0x80_00_00_00, 'killed'],
  [0x00_05_00_01, 'EPERM'],
  [0x00_05_00_26, 'ENOSYS'],
]);

interface Call {
  readonly number: number;
  readonly architecture?: number;
  readonly arguments?: readonly number[];
}

/** What the kernel does with a program and `struct seccomp_data`: https://docs.kernel.org/networking/filter.html. */
function decide(
  architecture: Architecture,
  { number, architecture: of = audit[architecture], arguments: args = [] }: Call,
) {
  const program = callFilter(architecture);
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number);
  data.writeUInt32LE(of, 4);
  for (const [index, argument] of args.entries()) data.writeBigUInt64LE(BigInt(argument), 16 + 8 * index);
  let register = 0;
  for (let at = 0; ; at += 8) {
    const operand = program.readUInt32LE(at + 4);
    const skip = (isTrue: boolean) => program.readUInt8(at + (isTrue ? 2 : 3)) * 8;
    const code = program.readUInt16LE(at);
    if (code === 0x20) register = data.readUInt32LE(operand);
    else if (code === 0x54) register = (register & operand) >>> 0;
    else if (code === 0x15) at += skip(register === operand);
    else if (code === 0x25) at += skip(register > operand);
    else if (code === 0x06) return actions.get(operand);
    else throw new Error(`The kernel would refuse code ${code} at byte ${at}.`);
  }
}

const numbersIn = (calls: Readonly<Record<string, CallNumber>>, architecture: Architecture) =>
  Object.values(calls).map((numbers) => numbers[column[architecture]]);
const allDenied: Readonly<Record<string, CallNumber>> = Object.assign({}, ...Object.values(deniedCalls));

describe.each(['x64', 'arm64'] as const)('the filter for %s', (architecture) => {
  const call = (names: { readonly [of in Architecture]: number }, ...args: number[]) =>
    decide(architecture, { number: names[architecture], arguments: args });

  test.each([
    ['socket', { x64: 41, arm64: 198 }],
    ['connect', { x64: 42, arm64: 203 }],
    ['kill', { x64: 62, arm64: 129 }],
    ['ptrace', { x64: 101, arm64: 117 }],
    ['process_vm_readv', { x64: 310, arm64: 270 }],
    ['execveat', { x64: 322, arm64: 281 }],
    ['fchmod', { x64: 91, arm64: 52 }],
    ['unlinkat', { x64: 263, arm64: 35 }],
    ['mount', { x64: 165, arm64: 40 }],
    ['unshare', { x64: 272, arm64: 97 }],
    ['bpf', { x64: 321, arm64: 280 }],
    ['io_uring_setup', { x64: 425, arm64: 425 }],
    ['keyctl', { x64: 250, arm64: 219 }],
  ])('denies %s', (_, numbers) => {
    expect(call(numbers)).toBe('EPERM');
  });

  test.each([
    ['read', { x64: 0, arm64: 63 }],
    ['write', { x64: 1, arm64: 64 }],
    ['mmap', { x64: 9, arm64: 222 }],
    ['futex', { x64: 202, arm64: 98 }],
    ['epoll_pwait', { x64: 281, arm64: 22 }],
    // The launcher starts Node after it has set the filter.
    ['execve', { x64: 59, arm64: 221 }],
    ['landlock_restrict_self', { x64: 446, arm64: 446 }],
    ['exit_group', { x64: 231, arm64: 94 }],
  ])('allows %s', (_, numbers) => {
    expect(call(numbers)).toBe('allowed');
  });

  test('allows every call that is not listed', () => {
    const special = Object.values(limitedCalls).map(({ number }) => number[column[architecture]]);
    const listed = new Set([
      ...numbersIn(allDenied, architecture),
      ...numbersIn(hiddenCalls, architecture),
      ...special,
    ]);
    const others = Array.from({ length: LAST_CALL + 1 }, (_, number) => number).filter((number) => !listed.has(number));
    expect(others.filter((number) => decide(architecture, { number }) !== 'allowed')).toEqual([]);
  });

  test('allows threads, and neither processes nor namespaces', () => {
    const clone = { x64: 56, arm64: 220 };
    // What glibc passes for a thread.
    const thread = 0x3d_0f_00;
    expect(call(clone, thread)).toBe('allowed');
    const SIGCHLD = 17;
    expect(call(clone, SIGCHLD)).toBe('EPERM');
    expect(call(clone, 0x10_00_00_00 + SIGCHLD)).toBe('EPERM');
    expect(call(clone, 0x40_00_00_00 + thread)).toBe('EPERM');
    // As on a kernel without it, where glibc uses `clone`.
    expect(call({ x64: 435, arm64: 435 })).toBe('ENOSYS');
  });

  test('allows to open files for reading only', () => {
    const openat = { x64: 257, arm64: 56 };
    const [O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_CLOEXEC] = [
      0, 1, 2, 0o100, 0o1000, 0o2000, 0o2000000,
    ];
    for (const flags of [O_RDONLY, O_CLOEXEC]) expect(call(openat, 0, 0, flags)).toBe('allowed');
    for (const flags of [O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_WRONLY | O_APPEND]) {
      expect(call(openat, 0, 0, flags | O_CLOEXEC), flags.toString(8)).toBe('EPERM');
    }
    expect(call({ x64: 437, arm64: 437 })).toBe('ENOSYS');
  });

  test('allows its own limits only', () => {
    const prlimit64 = { x64: 302, arm64: 261 };
    expect(call(prlimit64, 0)).toBe('allowed');
    expect(call(prlimit64, 4711)).toBe('EPERM');
  });

  test('knows no calls of later kernels, and none of the x32 ABI', () => {
    expect(decide(architecture, { number: LAST_CALL + 1 })).toBe('ENOSYS');
    expect(decide(architecture, { number: 0x40_00_00_00 })).toBe('ENOSYS');
  });

  test('ends a process that makes calls of another architecture', () => {
    const i386 = 0x40_00_00_03;
    expect(decide(architecture, { number: 1, architecture: i386 })).toBe('killed');
  });

  test('is shorter than the longest program that a kernel takes', () => {
    expect(callFilter(architecture).byteLength / 8).toBeLessThan(4096);
  });
});

test('denies opening for writing by the older call of x64', () => {
  expect(decide('x64', { number: 2, arguments: [0, 0] })).toBe('allowed');
  expect(decide('x64', { number: 2, arguments: [0, 1] })).toBe('EPERM');
});

describe.each([
  ['x64', '/usr/include/x86_64-linux-gnu/asm/unistd_64.h'],
  // That of arm64 and of other newer architectures.
  ['arm64', '/usr/include/asm-generic/unistd.h'],
] as const)('the numbers for %s', (architecture, header) => {
  test.runIf(existsSync(header))('are those of the kernel', () => {
    const defined = readFileSync(header, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm);
    const known = new Map([...defined].map(([, name = '', number]) => [name, Number(number)]));
    const limited = Object.entries(limitedCalls).map(([name, { number }]) => [name, number] as const);
    const all: readonly (readonly [string, CallNumber])[] = [
      ...Object.entries(allDenied),
      ...Object.entries(hiddenCalls),
      ...limited,
    ];
    const ours = all
      .filter(([name]) => known.has(name))
      .map(([name, numbers]) => [name, numbers[column[architecture]]]);
    expect(ours.length).toBeGreaterThan(100);
    expect(ours).toEqual(ours.map(([name]) => [name, known.get(String(name))]));
  });
});
