#!/usr/bin/env node
// Plain JavaScript without dependencies: it runs before anything is installed, and on a Node that can't run TypeScript.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap/install-dependencies.mjs';
import { runOnOwnNode, runsTypeScript } from './bootstrap/run-on-own-node.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Halves the start of the command, and of the apps that it starts.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));
module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);

const isInstalled = await installDependencies(root);
if (!isInstalled) process.exitCode = 1;
else if (runsTypeScript) await import('./src/main.ts');
else runOnOwnNode(root, fileURLToPath(import.meta.url));
