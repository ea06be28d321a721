/** A Redis server that this machine can run; `container` means that `path` is the engine and the server its image. */
export interface RedisServerBinary {
  readonly kind: 'configured' | 'path' | 'cache' | 'debian' | 'container';
  readonly path: string;
  readonly version: string;
}

export interface RedisSearch {
  readonly env: NodeJS.ProcessEnv;
  /** Where imagemill keeps what it downloads; the copy of Redis lies in its folder `redis`. */
  readonly cacheDir: string;
  readonly onProgress: (message: string) => void;
}
