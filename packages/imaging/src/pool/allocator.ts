/**
 * Settings of glibc's allocator for an engine process. By default, it keeps up to 64 MiB in each of eight arenas per core: after ten photographs, a
 * process without an image had 300 MiB and more. One arena is enough for one image, and the encoders get their memory from it again, instead of
 * from the system, page by page. With these settings a process has 57 to 159 MiB after an image (docs/performance.md): its share in `memory-shares.ts`.
 *
 * https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
export const allocatorSettings = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(8 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(32 * 1024 * 1024),
};
