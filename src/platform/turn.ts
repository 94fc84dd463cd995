/** Something with bytes to send. `flush` must not throw. */
export interface Flushed {
  flush(): void;
}

type Step = () => void;

/** What comes in a turn of the event loop, and is seen to when all of it is there. */
class Turn {
  #responses: Step[] = [];
  #requests: Step[] = [];
  #records: Step[] = [];
  #sends: Flushed[] = [];
  #scheduled = false;

  response(read: Step): void {
    this.#schedule();
    this.#responses.push(read);
  }

  request(read: Step): void {
    this.#schedule();
    this.#requests.push(read);
  }

  record(write: Step): void {
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
    // One each, so that what waits for a phase goes on before the next: promises are seen to between them.
    setImmediate(this.#readResponses);
    setImmediate(this.#readRequests);
    setImmediate(this.#writeRecords);
    setImmediate(this.#sendAll);
  }

  readonly #readResponses = (): void => {
    const responses = this.#responses;
    this.#responses = [];
    for (const read of responses) read();
  };

  readonly #readRequests = (): void => {
    const requests = this.#requests;
    this.#requests = [];
    for (const read of requests) read();
  };

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
    // What came for a phase that was over.
    if (this.#responses.length + this.#requests.length + this.#records.length > 0) this.#schedule();
  };
}

/** An event loop has one turn at a time. */
const turn = new Turn();

/**
 * Calls `read` when all that has come in this turn lies ready: responses first, as they free what requests wait for.
 * Promises go on in the order in which they were made, so what is begun together goes through every step together, and
 * each step's code is fetched once for all of them; one after the other, each request pushes the others' code out of
 * the processor's caches, which costs an eighth of all its time. `read` must not throw.
 */
export const whenResponsesAreRead = (read: () => void): void => turn.response(read);
export const whenRequestsAreRead = (read: () => void): void => turn.request(read);

/** Calls `write` before anything of this turn is sent; what waits for it can still add to what is sent. It must not throw. */
export const beforeTurnEnd = (write: () => void): void => turn.record(write);

/**
 * Calls `flush` when all that has come in this turn of the event loop has been seen to. Bytes that leave together wake
 * the processes that wait for them once; one by one, with work in between, each wakes a sleeper, which on a virtual
 * machine costs more than the sending.
 */
export const atTurnEnd = (one: Flushed): void => turn.send(one);
