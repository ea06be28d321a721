// node acceptance/exiftool/install.ts: installs exiftool from Debian's or Ubuntu's packages unless it is already installed.
import { InstallationError, installPackages } from '../debian/install-packages.ts';

const exiftool = { name: 'exiftool', programs: ['exiftool'], packages: ['libimage-exiftool-perl'], sizeMb: 4 };

try {
  await installPackages(exiftool, (message) => console.error(`[exiftool] ${message}`));
} catch (error) {
  if (!(error instanceof InstallationError)) throw error;
  console.error(`[exiftool] ${error.message}`);
  process.exitCode = 1;
}
