// node acceptance/nginx/install.ts: installs nginx, and the engine of its scripts, from Debian's or Ubuntu's packages unless they are already installed.
import { installCommand } from '../debian/install-packages.ts';

const programs = ['nginx', 'njs', 'setpriv'];
await installCommand({ name: 'nginx', programs, packages: ['nginx', 'njs', 'util-linux'], sizeMb: 3 });
