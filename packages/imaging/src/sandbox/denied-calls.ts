/** The number of a system call for each architecture. */
export type CallNumber = readonly [x64: number | undefined, arm64: number | undefined];

const none = undefined;

/**
 * System calls that fail with EPERM in an engine process. Everything else is allowed: a list of what Node and glibc may use would break with
 * their releases. Most of these are also denied by Docker's default profile, or belong to the named group of systemd.
 *
 * https://docs.docker.com/engine/security/seccomp/,
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#System%20Call%20Filtering
 */
export const deniedCalls = {
  /** Connections, and descriptors of others: the channel to the worker is inherited. */
  connections: {
    socket: [41, 198],
    socketpair: [53, 199],
    connect: [42, 203],
    bind: [49, 200],
    listen: [50, 201],
    accept: [43, 202],
    accept4: [288, 242],
  },
  /** Other processes, and signals to any: the worker has the same user. `abort` then ends with SIGSEGV. A thread is a `clone`. */
  processes: {
    fork: [57, none],
    vfork: [58, none],
    execveat: [322, 281],
    ptrace: [101, 117],
    process_vm_readv: [310, 270],
    process_vm_writev: [311, 271],
    process_madvise: [440, 440],
    process_mrelease: [448, 448],
    kcmp: [312, 272],
    pidfd_open: [434, 434],
    pidfd_getfd: [438, 438],
    pidfd_send_signal: [424, 424],
    kill: [62, 129],
    tkill: [200, 130],
    tgkill: [234, 131],
    rt_sigqueueinfo: [129, 138],
    rt_tgsigqueueinfo: [297, 240],
    setpriority: [141, 140],
    ioprio_set: [251, 30],
    sched_setaffinity: [203, 122],
    sched_setattr: [314, 274],
    sched_setparam: [142, 118],
    sched_setscheduler: [144, 119],
    migrate_pages: [256, 238],
    move_pages: [279, 239],
  },
  /** Changes of files. Opening one for writing is in `limitedCalls`. */
  files: {
    creat: [85, none],
    truncate: [76, 45],
    mkdir: [83, none],
    mkdirat: [258, 34],
    mknod: [133, none],
    mknodat: [259, 33],
    rmdir: [84, none],
    unlink: [87, none],
    unlinkat: [263, 35],
    link: [86, none],
    linkat: [265, 37],
    symlink: [88, none],
    symlinkat: [266, 36],
    rename: [82, none],
    renameat: [264, 38],
    renameat2: [316, 276],
    chmod: [90, none],
    fchmod: [91, 52],
    fchmodat: [268, 53],
    fchmodat2: [452, 452],
    chown: [92, none],
    lchown: [94, none],
    fchown: [93, 55],
    fchownat: [260, 54],
    utime: [132, none],
    utimes: [235, none],
    futimesat: [261, none],
    utimensat: [280, 88],
    setxattr: [188, 5],
    lsetxattr: [189, 6],
    fsetxattr: [190, 7],
    removexattr: [197, 14],
    lremovexattr: [198, 15],
    fremovexattr: [199, 16],
    memfd_create: [319, 279],
    memfd_secret: [447, 447],
    name_to_handle_at: [303, 264],
    open_by_handle_at: [304, 265],
    fanotify_init: [300, 262],
    fanotify_mark: [301, 263],
    quotactl: [179, 60],
    quotactl_fd: [443, 443],
  },
  /** Mounts and namespaces: systemd's @mount. */
  mounts: {
    mount: [165, 40],
    umount2: [166, 39],
    pivot_root: [155, 41],
    chroot: [161, 51],
    move_mount: [429, 429],
    open_tree: [428, 428],
    fsopen: [430, 430],
    fsconfig: [431, 431],
    fsmount: [432, 432],
    fspick: [433, 433],
    mount_setattr: [442, 442],
    statmount: [457, 457],
    listmount: [458, 458],
    swapon: [167, 224],
    swapoff: [168, 225],
    unshare: [272, 97],
    setns: [308, 268],
  },
  /** Interfaces of the kernel that have had holes, and that no image needs. */
  kernel: {
    bpf: [321, 280],
    perf_event_open: [298, 241],
    userfaultfd: [323, 282],
    io_uring_setup: [425, 425],
    io_uring_enter: [426, 426],
    io_uring_register: [427, 427],
    add_key: [248, 217],
    request_key: [249, 218],
    keyctl: [250, 219],
    personality: [135, 92],
    seccomp: [317, 277],
    vmsplice: [278, 75],
    splice: [275, 76],
    tee: [276, 77],
    lookup_dcookie: [212, 18],
    modify_ldt: [154, none],
    remap_file_pages: [216, 234],
    mbind: [237, 235],
    set_mempolicy: [238, 237],
    set_mempolicy_home_node: [450, 450],
  },
  /** Memory and messages that processes share by a name or number: systemd's @ipc. */
  messages: {
    shmget: [29, 194],
    shmat: [30, 196],
    shmctl: [31, 195],
    shmdt: [67, 197],
    semget: [64, 190],
    semop: [65, 193],
    semtimedop: [220, 192],
    semctl: [66, 191],
    msgget: [68, 186],
    msgsnd: [69, 189],
    msgrcv: [70, 188],
    msgctl: [71, 187],
    mq_open: [240, 180],
    mq_unlink: [241, 181],
    mq_timedsend: [242, 182],
    mq_timedreceive: [243, 183],
    mq_notify: [244, 184],
    mq_getsetattr: [245, 185],
  },
  /** The machine itself: systemd's @module, @reboot, @clock, @raw-io, @obsolete and @swap. */
  machine: {
    init_module: [175, 105],
    finit_module: [313, 273],
    delete_module: [176, 106],
    kexec_load: [246, 104],
    kexec_file_load: [320, 294],
    reboot: [169, 142],
    acct: [163, 89],
    syslog: [103, 116],
    sethostname: [170, 161],
    setdomainname: [171, 162],
    settimeofday: [164, 170],
    clock_settime: [227, 112],
    clock_adjtime: [305, 266],
    adjtimex: [159, 171],
    iopl: [172, none],
    ioperm: [173, none],
    vhangup: [153, 58],
    uselib: [134, none],
    ustat: [136, none],
    sysfs: [139, none],
    nfsservctl: [180, 42],
  },
} satisfies Record<string, Record<string, CallNumber>>;

/** A call that is allowed only if an argument, of which the mask selects the bits, has this value. */
export interface LimitedCall {
  readonly number: CallNumber;
  readonly argument: number;
  readonly mask: number;
  readonly value: number;
}

const CLONE_THREAD = 0x1_00_00;
/** CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const CLONE_NAMESPACES = 0x7e_02_00_80;
/** O_WRONLY, O_RDWR, O_CREAT and O_TRUNC. */
const OPEN_TO_WRITE = 0o1103;

export const limitedCalls = {
  /** Threads, and no processes: they would outlive a kill. */
  clone: { number: [56, 220], argument: 0, mask: CLONE_THREAD | CLONE_NAMESPACES, value: CLONE_THREAD },
  open: { number: [2, none], argument: 1, mask: OPEN_TO_WRITE, value: 0 },
  openat: { number: [257, 56], argument: 2, mask: OPEN_TO_WRITE, value: 0 },
  /** Its own limits only. */
  prlimit64: { number: [302, 261], argument: 0, mask: 0xff_ff_ff_ff, value: 0 },
} satisfies Record<string, LimitedCall>;

/**
 * Calls whose flags are in memory, where a filter cannot see them. They fail with ENOSYS as on an older kernel: glibc then uses `clone`,
 * and nothing uses `openat2`.
 */
export const hiddenCalls = {
  clone3: [435, 435],
  openat2: [437, 437],
} satisfies Record<string, CallNumber>;

/** The last one that was considered here: `mseal` of Linux 6.10. Later ones, and those of the x32 ABI, fail with ENOSYS. */
export const LAST_CALL = 462;
