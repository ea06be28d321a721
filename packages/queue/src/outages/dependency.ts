/** A service that jobs need: Redis, or a bucket. */
export interface Dependency {
  /** For logs and metrics: `redis`, `originals`, `cdn`. */
  readonly name: string;
  /** Whether running jobs are stopped at once when it is away. Otherwise they continue, and may wait for it. */
  readonly stopsJobs: boolean;
  /** Whether an outage of this dependency may be the cause of the error. Only a probe can confirm it. */
  concerns(error: unknown): boolean;
  /** Uses the dependency as jobs do, with data of its own. @throws if the dependency is away */
  probe(signal: AbortSignal): Promise<void>;
}
