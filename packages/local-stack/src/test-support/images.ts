/** The container images for tests. A test checks that docker-compose.yml uses the same ones. */
export const redisContainer = {
  image: 'redis:8.10.2',
  command: ['redis-server', '--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'],
  port: 6379,
};

export const s3Container = {
  image: 'versity/versitygw:v1.8.0',
  command: ['--port', ':7070', '--health', '/healthz', 'posix', '/data'],
  port: 7070,
  environment: (keys: { accessKeyId: string; secretAccessKey: string }) => ({
    ROOT_ACCESS_KEY: keys.accessKeyId,
    ROOT_SECRET_KEY: keys.secretAccessKey,
    VGW_REGION: 'us-east-1',
  }),
};
