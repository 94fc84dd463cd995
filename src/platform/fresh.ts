/** A value that is dear to make: made at most once per `maxAgeMs`, by one caller for all; a failure is not kept. */
export function createFresh<T>(load: () => Promise<T>, options: Readonly<{ maxAgeMs: number; now: () => number }>): () => Promise<T> {
  let kept: { value: T; atMs: number } | undefined;
  let running: Promise<T> | undefined;
  return () => {
    if (kept && options.now() - kept.atMs < options.maxAgeMs) return Promise.resolve(kept.value);
    running ??= load()
      .then((value) => {
        kept = { value, atMs: options.now() };
        return value;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}
