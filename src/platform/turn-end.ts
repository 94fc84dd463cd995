/** Something with bytes to send. `flush` must not throw. */
export interface Flushed {
  flush(): void;
}

let records: (() => void)[] = [];
let sends: Flushed[] = [];
let scheduled = false;

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  // Two, so that what waits for the records goes on in between.
  setImmediate(writeRecords);
  setImmediate(sendAll);
}

function writeRecords(): void {
  const all = records;
  records = [];
  for (const write of all) write();
}

function sendAll(): void {
  const all = sends;
  sends = [];
  scheduled = false;
  for (const one of all) one.flush();
  if (records.length > 0) schedule();
}

/**
 * Calls `flush` when all that has come in this turn of the event loop has been seen to. Bytes that leave together wake
 * the processes that wait for them once; one by one, with work in between, each wakes a sleeper, which on a virtual
 * machine costs more than the sending.
 */
export function atTurnEnd(one: Flushed): void {
  schedule();
  sends.push(one);
}

/** Calls `write` before anything of this turn is sent; what waits for it can still add to what is sent. It must not throw. */
export function beforeTurnEnd(write: () => void): void {
  schedule();
  records.push(write);
}
