interface Part {
  stop(): Promise<unknown>;
}

/** Waits for parts that start in parallel. @throws the first error, after the started parts are stopped */
export async function startTogether<const Parts extends readonly Part[]>(
  starts: {
    readonly [Index in keyof Parts]: Promise<Parts[Index]>;
  },
): Promise<Parts> {
  const settled = await Promise.allSettled(starts);
  const started = settled.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = settled.find((start) => start.status === 'rejected');
  if (!failed) return started as unknown as Parts;
  await Promise.all(started.map((part) => part.stop()));
  throw failed.reason;
}
