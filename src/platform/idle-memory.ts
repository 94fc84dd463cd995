import v8 from "node:v8";
import vm from "node:vm";

const LOOK_MS = 1_000;
/**
 * So many quiet looks in a row, and the rush is over. Not fewer: a collection while nothing runs finds no object of the
 * shapes that compiled code was made for, and V8 throws that code away with them. After it every request costs half as
 * much again until the code is hot once more, which a pause between two bursts is not worth.
 */
const QUIET_LOOKS = 30;

type Collect = (options: Readonly<{ type: "major"; execution: "async"; flavor: "last-resort" }>) => Promise<void>;

export type IdleMemoryOptions = Readonly<{
  /** Work under way now. */
  running: () => number;
  /** Work done since the start. */
  done: () => number;
  /** Collects garbage and gives the pages back; replaced in tests. */
  collect?: () => Promise<void>;
}>;

/**
 * Gives memory back after a rush. V8 keeps the pages that its garbage lay in until much later; a relay that has nothing
 * to do has the time to tidy up at once. Runs once after each rush, only while nothing runs.
 *
 * What lies outside of V8's heap is the C library's. `npm start` tells it by MALLOC_* to keep one heap in place of one
 * for each thread, and to give back what is free at its end from 4 MiB on: less would have it take back and forth what
 * every read needs, and without a word it would set its own mark ever higher.
 *
 * @returns stops it
 */
export function tidyWhenIdle({ running, done, collect = collectGarbage() }: IdleMemoryOptions): () => void {
  let seen = done();
  let tidied = seen;
  let quiet = 0;
  const timer = setInterval(() => {
    const now = done();
    quiet = now === seen && running() === 0 ? quiet + 1 : 0;
    seen = now;
    if (quiet < QUIET_LOOKS || tidied === now) return;
    tidied = now;
    void collect();
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

/** Node hands V8's collector out only to those who ask by a flag. */
function collectGarbage(): () => Promise<void> {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as Collect;
  return () => collect({ type: "major", execution: "async", flavor: "last-resort" });
}
