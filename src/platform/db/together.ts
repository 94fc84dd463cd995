import type { ClientBase, Connection, Submittable } from "pg";

/** One statement, and what it is given. The name is its text's own: it is prepared once on each connection. */
export type Step = Readonly<{
  name: string;
  text: string;
  /** As text; `null` and `undefined` are NULL. */
  values?: readonly (string | null | undefined)[];
  /** For `COPY … FROM STDIN`: all of it, as a CopyData message. It is sent as it is: pg would copy it into memory of its own. */
  copy?: Buffer;
}>;

/** A row as the database writes it: text or NULL for each column. */
export type TextRow = readonly (string | null)[];

/**
 * Sends statements in one go and hears of them in one go: each question that waits for the last one's answer wakes both
 * processes. To be used inside a transaction, where the steps after a failed one are skipped and nothing remains of those
 * before.
 *
 * @returns the rows of each step, by its name
 * @throws the first step's error that fails
 */
export const runTogether = (client: ClientBase, steps: readonly Step[]): Promise<ReadonlyMap<string, readonly TextRow[]>> =>
  new Promise((resolve, reject) => void client.query(new Together(steps, resolve, reject)));

/** What this file uses of a connection beyond what its types tell; pg's own cursors and COPY streams stand on the same. */
type Wire = Connection & Readonly<{
  stream: Readonly<{ cork(): void; uncork(): void; write(bytes: Buffer): void }>;
  endCopyFrom(): void;
}>;

/** Names of the statements that a connection surely has. */
const prepared = new WeakMap<Connection, Set<string>>();

class Together implements Submittable {
  readonly #steps: readonly Step[];
  readonly #resolve: (rows: ReadonlyMap<string, readonly TextRow[]>) => void;
  readonly #reject: (error: Error) => void;
  readonly #rows: TextRow[][];
  #at = 0;

  constructor(steps: readonly Step[], resolve: (rows: ReadonlyMap<string, readonly TextRow[]>) => void, reject: (error: Error) => void) {
    this.#steps = steps;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#rows = steps.map(() => []);
  }

  submit(connection: Connection): void {
    const wire = connection as Wire;
    const has = prepared.get(connection);
    wire.stream.cork();
    try {
      for (const { name, text, values, copy } of this.#steps) {
        if (!has?.has(name)) {
          // It may be there from a time that failed later on; to close what is not there is no error.
          wire.close({ type: "S", name }, true);
          wire.parse({ name, text, types: [] }, true);
        }
        wire.bind({ statement: name, values: [...values ?? []] }, true);
        wire.execute({}, true);
        if (!copy) continue;
        // Without waiting to be asked: should the statement fail, the bytes are read over.
        wire.stream.write(copy);
        wire.endCopyFrom();
      }
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  }

  handleDataRow({ fields }: { fields: TextRow }): void {
    this.#rows[this.#at]?.push(fields);
  }

  handleCommandComplete(): void {
    this.#at += 1;
  }

  handleReadyForQuery(connection: Connection): void {
    const has = prepared.get(connection) ?? new Set<string>();
    for (const { name } of this.#steps) has.add(name);
    prepared.set(connection, has);
    this.#resolve(new Map(this.#steps.map(({ name }, i) => [name, this.#rows[i]!])));
  }

  handleError(error: Error, connection: Connection): void {
    // A proxy may have changed the server behind the connection: what was prepared there is prepared anew.
    prepared.delete(connection);
    this.#reject(error);
  }

  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}
