import { Worker } from "node:worker_threads";

export type EncodingName = "o200k_base" | "cl100k_base";
export type TokenizerJob = Readonly<{ id: number; texts: readonly string[]; name: EncodingName }>;
export type TokenizerResult = Readonly<{ id: number; tokens: number | undefined }>;

export interface Tokenizer {
  /** Tokens of the texts; undefined when the queue is full or the worker failed: then an estimate must do. */
  count(texts: readonly string[], model: string): Promise<number | undefined>;
  /** Whether its thread runs now. */
  readonly running: boolean;
  /** Ends the worker; counts that wait become undefined. */
  close(): Promise<void>;
}

const QUEUE_MAX = 1_000;
/** The table of a vocabulary is some 60 MB of memory, and read again in half a second. */
const IDLE_MS = 60_000;

/**
 * Exact token counts, in one worker thread: nothing that takes time by the length of a customer's text runs
 * beside the streams. The thread starts with the first count, and again after a crash or after it was ended because
 * nothing was counted for a while.
 */
export function createTokenizer({ idleMs = IDLE_MS }: Readonly<{ idleMs?: number }> = {}): Tokenizer {
  const waiting = new Map<number, (tokens: number | undefined) => void>();
  let worker: Worker | undefined;
  let nextId = 0;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  const rest = (): void => {
    if (waiting.size > 0) return;
    const running = worker;
    worker = undefined;
    void running?.terminate();
  };

  const giveUp = (): void => {
    worker = undefined;
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  };

  const start = (): Worker => {
    const started = new Worker(new URL("./tokenizer-worker.ts", import.meta.url));
    started.unref();
    started.on("message", ({ id, tokens }: TokenizerResult) => {
      waiting.get(id)?.(tokens);
      waiting.delete(id);
      idle = idle?.refresh() ?? setTimeout(rest, idleMs).unref();
    });
    started.on("error", () => undefined); // `exit` follows
    started.on("exit", () => {
      if (worker === started) giveUp();
    });
    return started;
  };

  return {
    count(texts, model) {
      if (closed || waiting.size >= QUEUE_MAX) return Promise.resolve(undefined);
      worker ??= start();
      const id = nextId++;
      const job: TokenizerJob = { id, texts, name: encodingOf(model) };
      const { promise, resolve } = Promise.withResolvers<number | undefined>();
      waiting.set(id, resolve);
      worker.postMessage(job);
      return promise;
    },
    get running() {
      return worker !== undefined;
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      const running = worker;
      giveUp();
      await running?.terminate();
    },
  };
}

/** OpenAI's models up to GPT-4 Turbo and its embeddings use the older encoding; for all others the newer is nearest. */
function encodingOf(model: string): EncodingName {
  const name = model.slice(model.lastIndexOf("/") + 1);
  return /^(?:gpt-3\.5|gpt-4(?!o|\.)|text-embedding|text-davinci|babbage|davinci)/.test(name) ? "cl100k_base" : "o200k_base";
}
