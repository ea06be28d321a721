/**
 * The body of a response of this process. `Response` has no working `bytes` once a test file in this process has started a server, because
 * `@hono/node-server` replaces the class.
 */
export const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
