// node acceptance/nginx/install.ts: installs nginx, and the engine of its scripts, from Debian's or Ubuntu's packages unless they are already installed.
import { InstallationError, installPackages } from '../debian/install-packages.ts';

const programs = ['nginx', 'njs', 'setpriv'];
const nginx = { name: 'nginx', programs, packages: ['nginx', 'njs', 'util-linux'], sizeMb: 3 };

try {
  await installPackages(nginx, (message) => console.error(`[nginx] ${message}`));
} catch (error) {
  if (!(error instanceof InstallationError)) throw error;
  console.error(`[nginx] ${error.message}`);
  process.exitCode = 1;
}
