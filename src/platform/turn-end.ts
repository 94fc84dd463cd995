/** Something with bytes to send. */
export interface Flushed {
  flush(): void;
}

let waiting: Flushed[] = [];

function flushAll(): void {
  const all = waiting;
  waiting = [];
  for (const one of all) one.flush();
}

/**
 * Calls `flush` when all that has come in this turn of the event loop has been seen to. Bytes that leave together wake
 * the processes that wait for them once; one by one, with work in between, each wakes a sleeper, which on a virtual
 * machine costs more than the sending.
 */
export function atTurnEnd(one: Flushed): void {
  if (waiting.length === 0) setImmediate(flushAll);
  waiting.push(one);
}
