/**
 * The body of a successful response of this process. `Response` has no working `bytes` once a test file in this process has started a server,
 * because `@hono/node-server` replaces the class.
 *
 * @throws Error with the body of any other response
 */
export async function bytesOf(response: Response): Promise<Buffer> {
  if (!response.ok) throw new Error(`The edge answered ${response.status}: ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}
