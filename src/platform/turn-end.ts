/** Something with bytes to send. `flush` must not throw. */
export interface Flushed {
  flush(): void;
}

/** What is put off to the end of a turn of the event loop, and in which order it comes then. */
class TurnEnd {
  #records: (() => void)[] = [];
  #sends: Flushed[] = [];
  #scheduled = false;

  beforeSending(write: () => void): void {
    this.#schedule();
    this.#records.push(write);
  }

  send(one: Flushed): void {
    this.#schedule();
    this.#sends.push(one);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Two, so that what waits for the records goes on in between.
    setImmediate(this.#writeRecords);
    setImmediate(this.#sendAll);
  }

  readonly #writeRecords = (): void => {
    const records = this.#records;
    this.#records = [];
    for (const write of records) write();
  };

  readonly #sendAll = (): void => {
    const sends = this.#sends;
    this.#sends = [];
    this.#scheduled = false;
    for (const one of sends) one.flush();
    if (this.#records.length > 0) this.#schedule();
  };
}

/** An event loop has one end of a turn. */
const turnEnd = new TurnEnd();

/**
 * Calls `flush` when all that has come in this turn of the event loop has been seen to. Bytes that leave together wake
 * the processes that wait for them once; one by one, with work in between, each wakes a sleeper, which on a virtual
 * machine costs more than the sending.
 */
export const atTurnEnd = (one: Flushed): void => turnEnd.send(one);

/** Calls `write` before anything of this turn is sent; what waits for it can still add to what is sent. It must not throw. */
export const beforeTurnEnd = (write: () => void): void => turnEnd.beforeSending(write);
