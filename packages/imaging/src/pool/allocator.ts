/**
 * Settings of glibc's allocator and of jemalloc for an engine process, which return the memory of an image to the system when it is freed.
 * By default, glibc keeps up to 64 MiB in each of eight arenas per core: after ten photographs, a process without an image had 300 MiB and
 * more. With these settings it has 57 to 106 MiB; with jemalloc 62 to 91, and 36 to 44 a second later: docs/performance.md. What jemalloc has
 * freed stays for 50 ms, for the next step of the encode: to give it back at once and to get it again takes 4 to 6 % more CPU at an edge.
 *
 * https://man7.org/linux/man-pages/man3/mallopt.3.html, https://jemalloc.net/jemalloc.3.html#opt.dirty_decay_ms
 */
export const allocatorSettings = {
  MALLOC_ARENA_MAX: '4',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024),
  // Without a thread of its own, an idle process would keep it for longer.
  MALLOC_CONF: 'background_thread:true,dirty_decay_ms:50,muzzy_decay_ms:0',
};
