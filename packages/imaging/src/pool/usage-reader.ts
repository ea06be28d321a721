export interface ProcessUsage {
  /** User and system time of all threads since the process started. */
  readonly cpuMs: number;
  /** Memory in use that is not shared with other processes, and not a mapped file. */
  readonly memoryBytes: number;
}

/** How usage is read here, and how often that may be done. */
export interface UsageReader {
  readonly everyMs: number;
  /** Processes that have ended are missing in the result. */
  read(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessUsage>>;
  /** Call it when a process has ended. */
  forget(pid: number): void;
}
