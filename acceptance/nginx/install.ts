// node acceptance/nginx/install.ts: installs nginx from Debian's or Ubuntu's packages unless it is already installed.
import { InstallationError, installPackages } from '../debian/install-packages.ts';

const nginx = { name: 'nginx', programs: ['nginx', 'setpriv'], packages: ['nginx', 'util-linux'], sizeMb: 2 };

try {
  await installPackages(nginx, (message) => console.error(`[nginx] ${message}`));
} catch (error) {
  if (!(error instanceof InstallationError)) throw error;
  console.error(`[nginx] ${error.message}`);
  process.exitCode = 1;
}
