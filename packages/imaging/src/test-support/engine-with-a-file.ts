// The program of an engine process that needs a file which its layers hide, as it would need a library in an unusual folder.
import { readFileSync } from 'node:fs';

readFileSync('/etc/passwd');
await import('./misbehaving-engine.ts');
