/** What may be told to have changed; the data itself comes by query. */
export type LiveTopic = "requests" | "wallet" | "keys";
/** Beside topics: the shop does not answer, and it answers (again). */
export type LiveWord = LiveTopic | "lost" | "open";

const ADDRESS = "/api/live";
const CHANNEL = "mm-live";
const AGAIN_MS = 2_000;

/**
 * Tells of changes until the signal ends it. All tabs share one connection: one of them holds it, by a lock of the
 * browser, and tells the others.
 */
export function startLive(signal: AbortSignal, tell: (word: LiveWord) => void): void {
  const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(CHANNEL);
  if (channel) channel.onmessage = ({ data }: MessageEvent<LiveWord>) => tell(data);
  signal.addEventListener("abort", () => channel?.close(), { once: true });
  hold(signal, () => listen(signal, (word) => {
    tell(word);
    channel?.postMessage(word);
  }));
}

/** Runs `work` in one tab at a time; where the browser has no locks (plain http), in each. */
function hold(signal: AbortSignal, work: () => Promise<void>): void {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (locks) locks.request(CHANNEL, { signal }, work).catch(() => undefined);
  else void work();
}

/** One connection after another. A browser gives up for good when it is answered with an error, so each end is looked into. */
async function listen(signal: AbortSignal, tell: (word: LiveWord) => void): Promise<void> {
  while (!signal.aborted) {
    await connect(signal, tell);
    const answer = signal.aborted ? "ended" : await ask(signal);
    // Signed out elsewhere: the next query leads to the sign-in page.
    if (answer === "ended") return;
    if (answer === "open") continue;
    tell("lost");
    await pause(signal);
  }
}

/** Listens until the connection ends, for whatever reason. */
function connect(signal: AbortSignal, tell: (word: LiveWord) => void): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(ADDRESS);
    const end = (): void => {
      source.close();
      resolve();
    };
    source.addEventListener("open", () => tell("open"));
    source.addEventListener("hint", ({ data }: MessageEvent<LiveTopic>) => tell(data));
    source.addEventListener("error", end);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Why a connection ended: the shop is there all the same, the session is over, or nobody answers. */
async function ask(signal: AbortSignal): Promise<"open" | "ended" | "lost"> {
  try {
    const { ok, status } = await fetch(ADDRESS, { method: "HEAD", cache: "no-store", signal });
    return ok ? "open" : status === 401 ? "ended" : "lost";
  } catch {
    return signal.aborted ? "ended" : "lost";
  }
}

const pause = (signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(resolve, AGAIN_MS);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
});
