#!/usr/bin/env node
// Plain JavaScript on purpose: it must run, and explain itself, on a Node that can't run TypeScript.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Halves the start of the command, and of the apps that it starts.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));
module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);

const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  await import('./src/main.ts');
} else {
  console.error(`imagemill runs on Node 22.18 or newer, this is Node ${process.versions.node}.
Its own Node 24 could not be installed for ${process.platform}-${process.arch}: install Node 24 and try again.`);
  process.exitCode = 1;
}
