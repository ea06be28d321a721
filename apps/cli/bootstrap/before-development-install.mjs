// pnpm runs this before it installs the dependencies of development: `pnpm:devPreinstall` in package.json.
import { fileURLToPath } from 'node:url';
import { removeProductionInstallation } from './install-dependencies.mjs';

await removeProductionInstallation(fileURLToPath(new URL('../../..', import.meta.url)));
