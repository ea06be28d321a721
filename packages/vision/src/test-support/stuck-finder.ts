// The program of a process that never answers: its only thread waits forever.
process.on('message', () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
