/**
 * Settings of glibc's allocator and of jemalloc for an engine process, which return the memory of an image to the system when it is freed.
 * By default, glibc keeps up to 64 MiB in each of eight arenas per core: after ten photographs, a process without an image had 300 MiB and
 * more. With these settings it has 57 to 106 MiB, with jemalloc 47 to 72, and the photographs take the same CPU.
 *
 * https://man7.org/linux/man-pages/man3/mallopt.3.html, https://jemalloc.net/jemalloc.3.html#opt.dirty_decay_ms
 */
export const allocatorSettings = {
  MALLOC_ARENA_MAX: '4',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024),
  MALLOC_CONF: 'dirty_decay_ms:0,muzzy_decay_ms:0',
};
