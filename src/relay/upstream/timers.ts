/** Granularity of every relay time-out: none is shorter than seconds, so a quarter of one is exact enough. */
const TICK_MS = 250;
const SLOTS = 256;

export interface WheelTimer {
  /** Starts over from now. Costs one assignment: called for every chunk. */
  refresh(): void;
  cancel(): void;
}

/** One clock for all time-outs of a process instead of a `setTimeout` per request and phase. */
export interface TimerWheel {
  /** Calls `fire` once, `ms` to `ms` + 250 from now, unless cancelled. */
  arm(ms: number, fire: () => void): WheelTimer;
  close(): void;
}

type Entry = { deadline: number; fire: (() => void) | undefined };

/** @param now monotonic milliseconds */
export function createTimerWheel(now: () => number): TimerWheel {
  const slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  let count = 0;
  let lastTick = Math.floor(now() / TICK_MS);
  let interval: NodeJS.Timeout | undefined;

  const place = (entry: Entry): void => {
    // Rounded up, at least one tick ahead, at most one turn: a longer one is placed again when its slot comes by.
    const tick = Math.min(Math.max(Math.ceil(entry.deadline / TICK_MS), lastTick + 1), lastTick + SLOTS - 1);
    slots[tick % SLOTS]!.push(entry);
  };

  const runSlot = (tick: number): void => {
    const due = slots[tick % SLOTS]!;
    if (due.length === 0) return;
    slots[tick % SLOTS] = [];
    for (const entry of due) {
      if (entry.fire === undefined) count -= 1;
      else if (entry.deadline > tick * TICK_MS) place(entry);
      else {
        count -= 1;
        const fire = entry.fire;
        entry.fire = undefined;
        fire();
      }
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
    if (count > 0 || !interval) return;
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
      const entry: Entry = { deadline: now() + ms, fire };
      count += 1;
      place(entry);
      return {
        refresh() {
          entry.deadline = now() + ms;
        },
        cancel() {
          entry.fire = undefined;
        },
      };
    },
    close() {
      if (interval) clearInterval(interval);
      interval = undefined;
      count = 0;
      for (const slot of slots) slot.length = 0;
    },
  };
}
