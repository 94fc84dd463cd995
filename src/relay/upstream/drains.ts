/** Of a channel's connections at most this share may be read for nobody. */
const SHARE = 0.05;
const ALWAYS = 4;

/** Streams that are read to their end though the client has left, so that the vendor's usage is known. */
export interface Drains {
  begin(channelId: string): void;
  end(channelId: string): void;
  /** Registers a drain; the oldest of the channel is cut when there are too many. @returns what ends it */
  add(channelId: string, cut: () => void): () => void;
}

export function createDrains(): Drains {
  const running = new Map<string, number>();
  const drains = new Map<string, Set<() => void>>();
  return {
    begin: (channelId) => void running.set(channelId, (running.get(channelId) ?? 0) + 1),
    end(channelId) {
      running.set(channelId, (running.get(channelId) ?? 1) - 1);
    },
    add(channelId, cut) {
      let active = drains.get(channelId);
      if (!active) drains.set(channelId, (active = new Set()));
      const entry = (): void => cut();
      active.add(entry);
      if (active.size > Math.max(ALWAYS, SHARE * (running.get(channelId) ?? 0))) {
        const oldest = active.values().next().value!;
        active.delete(oldest);
        oldest();
      }
      return () => void active.delete(entry);
    },
  };
}
