/** The real Redis and the real S3 server that a test run has; the same for all its files. */
export interface TestServers {
  readonly redisUrl: string;
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** Which server it is, for the few tests that one server's known gaps exclude. */
    readonly server: 'embedded' | 'ceph' | 'container' | 'configured';
  };
}

export interface RunningTestServers extends TestServers {
  stop(): Promise<void>;
}
