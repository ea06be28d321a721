// node acceptance/promtool/install.ts: installs promtool from Debian's or Ubuntu's packages unless it is already installed.
import { installCommand } from '../debian/install-packages.ts';

await installCommand({ name: 'promtool', programs: ['promtool', 'prometheus'], packages: ['prometheus'], sizeMb: 20 });
