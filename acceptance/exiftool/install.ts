// node acceptance/exiftool/install.ts: installs exiftool from Debian's or Ubuntu's packages unless it is already installed.
import { installCommand } from '../debian/install-packages.ts';

await installCommand({ name: 'exiftool', programs: ['exiftool'], packages: ['libimage-exiftool-perl'], sizeMb: 4 });
