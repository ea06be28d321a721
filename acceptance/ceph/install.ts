import { installPackages } from '../debian/install-packages.ts';

/** Installs Ceph from Debian's or Ubuntu's packages unless it is already installed. @throws InstallationError */
export const installCeph = (onProgress: (message: string) => void): Promise<void> =>
  installPackages(
    {
      name: 'Ceph',
      programs: ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'setpriv'],
      packages: ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-common', 'util-linux'],
      sizeMb: 65,
    },
    onProgress,
  );
