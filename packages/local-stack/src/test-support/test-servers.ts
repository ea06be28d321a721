/** The real Redis and S3 server of a test run, shared by all test files. */
export interface TestServers {
  readonly redisUrl: string;
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** The kind of server, to skip the few tests that hit its known gaps. */
    readonly server: 'embedded' | 'ceph' | 'container' | 'configured';
  };
}

export interface RunningTestServers extends TestServers {
  stop(): Promise<void>;
}
