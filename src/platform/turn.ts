/** Something with bytes to send. */
export interface Flushed {
  flush(): void;
}

type Step = () => void;

/** What waits to be done together. */
class Phase<One> {
  readonly #see: (one: One) => void;
  #waiting: One[] = [];

  constructor(see: (one: One) => void) {
    this.#see = see;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(one: One): void {
    this.#waiting.push(one);
  }

  /** What comes meanwhile waits for the next time. */
  run(): void {
    const waiting = this.#waiting, see = this.#see;
    this.#waiting = [];
    for (const one of waiting) {
      try {
        see(one);
      } catch (error) {
        // A fault in one must not cost the others their turn; it goes where uncaught ones go.
        setImmediate(() => {
          throw error;
        });
      }
    }
  }
}

const take = (step: Step): void => step();

/** What comes in a turn of the event loop, and is seen to when all of it is there. */
class Turn {
  readonly responses = new Phase(take);
  readonly requests = new Phase(take);
  readonly records = new Phase(take);
  readonly sends = new Phase((one: Flushed) => one.flush());
  readonly #phases: readonly Pick<Phase<unknown>, "isEmpty">[] = [this.responses, this.requests, this.records, this.sends];
  #scheduled = false;
  /** When the phase began that is under way, with what goes on after it. */
  #instant: number | undefined;

  get instant(): number {
    return this.#instant ?? performance.now();
  }

  add<One>(phase: Phase<One>, one: One): void {
    if (!this.#scheduled) this.#schedule();
    phase.add(one);
  }

  #schedule(): void {
    this.#scheduled = true;
    // One each, so that what waits for a phase goes on before the next: promises are seen to between them.
    for (const step of this.#steps) setImmediate(step);
  }

  #run(phase: Pick<Phase<unknown>, "run" | "isEmpty">): void {
    if (phase.isEmpty) return;
    this.#instant = performance.now();
    phase.run();
  }

  /** What goes on while records are written may add some, and something to send: that is not to leave before them. */
  readonly #send = (): void => {
    this.#run(this.records);
    this.#run(this.sends);
  };

  readonly #end = (): void => {
    this.#scheduled = false;
    this.#instant = undefined;
    // What came for a phase that was over.
    if (this.#phases.some(({ isEmpty }) => !isEmpty)) this.#schedule();
  };

  readonly #steps: readonly Step[] = [() => this.#run(this.responses), () => this.#run(this.requests), () => this.#run(this.records), this.#send, this.#end];
}

/** An event loop has one turn at a time. */
const turn = new Turn();

/**
 * `performance.now()`, read once for all that a phase of the turn does together: a request asks for the time some twenty
 * times, each of which is a call into the runtime.
 */
export const turnInstant = (): number => turn.instant;

/**
 * Calls `read` when all that has come in this turn lies ready: responses first, as they free what requests wait for.
 * Promises go on in the order in which they were made, so what is begun together goes through every step together, and
 * each step's code is fetched once for all of them; one after the other, each request pushes the others' code out of
 * the processor's caches, which costs an eighth of all its time.
 */
export const whenResponsesAreRead = (read: () => void): void => turn.add(turn.responses, read);
export const whenRequestsAreRead = (read: () => void): void => turn.add(turn.requests, read);

/** Calls `write` before anything of this turn is sent; what waits for it can still add to what is sent. */
export const beforeTurnEnd = (write: () => void): void => turn.add(turn.records, write);

/**
 * Calls `flush` when all that has come in this turn of the event loop has been seen to. Bytes that leave together wake
 * the processes that wait for them once; one by one, with work in between, each wakes a sleeper, which on a virtual
 * machine costs more than the sending.
 */
export const atTurnEnd = (one: Flushed): void => turn.add(turn.sends, one);
