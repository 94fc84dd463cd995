/** Granularity of every relay time-out: none is shorter than seconds, so a quarter of one is exact enough. */
const TICK_MS = 250;
const SLOTS = 256;

export interface WheelTimer {
  /** Starts over from now. Costs one assignment: called for every chunk. */
  refresh(): void;
  /** Idempotent; nothing of the timer is kept. */
  cancel(): void;
}

/** One clock for all time-outs of a process instead of a `setTimeout` per request and phase. */
export interface TimerWheel {
  /** Calls `fire` once, `ms` to `ms` + 500 from now, unless cancelled. */
  arm(ms: number, fire: () => void): WheelTimer;
  close(): void;
}

/** A member of the ring of its slot: cancelled timers leave at once, or a busy minute would keep a million of them. */
class Entry implements WheelTimer {
  previous: Entry = this;
  next: Entry = this;
  deadline = 0;
  readonly ms: number;
  readonly fire: () => void;
  readonly now: () => number;

  constructor(now: () => number, ms: number, fire: () => void) {
    this.now = now;
    this.ms = ms;
    this.fire = fire;
    this.deadline = now() + ms;
  }

  refresh(): void {
    this.deadline = this.now() + this.ms;
  }

  cancel(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this.next = this;
  }

  insertBefore(head: Entry): void {
    this.previous = head.previous;
    this.next = head;
    head.previous.next = this;
    head.previous = this;
  }
}

/** @param now monotonic milliseconds */
export function createTimerWheel(now: () => number): TimerWheel {
  const slots = Array.from({ length: SLOTS }, () => new Entry(now, 0, () => {}));
  let lastTick = Math.floor(now() / TICK_MS);
  let interval: NodeJS.Timeout | undefined;

  const place = (entry: Entry): void => {
    // Rounded up, at least one tick ahead, at most one turn: a longer one is placed again when its slot comes by.
    const tick = Math.min(Math.max(Math.ceil(entry.deadline / TICK_MS), lastTick + 1), lastTick + SLOTS - 1);
    entry.insertBefore(slots[tick % SLOTS]!);
  };

  const runSlot = (tick: number): void => {
    const head = slots[tick % SLOTS]!;
    // What is placed again meanwhile goes to other slots, so the ring gets empty.
    while (head.next !== head) {
      const entry = head.next;
      entry.cancel();
      if (entry.deadline > tick * TICK_MS) place(entry);
      else entry.fire();
    }
  };

  const turn = (): void => {
    const target = Math.floor(now() / TICK_MS);
    // After a long pause of the process every slot is looked at once, not once per missed tick.
    if (target - lastTick > SLOTS) lastTick = target - SLOTS;
    while (lastTick < target) {
      lastTick += 1;
      runSlot(lastTick);
    }
    if (!interval || slots.some((head) => head.next !== head)) return;
    clearInterval(interval);
    interval = undefined;
  };

  return {
    arm(ms, fire) {
      if (!interval) {
        lastTick = Math.floor(now() / TICK_MS);
        interval = setInterval(turn, TICK_MS);
        interval.unref();
      }
      const entry = new Entry(now, ms, fire);
      place(entry);
      return entry;
    },
    close() {
      if (interval) clearInterval(interval);
      interval = undefined;
      for (const head of slots) while (head.next !== head) head.next.cancel();
    },
  };
}
