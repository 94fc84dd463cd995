import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { WaitingRoom, WAITERS_MAX, WAITERS_PER_USER, type TryResult, type Wait } from "#relay/limits/waiting-room.ts";

/** A room with a clock of its own, and places that anybody may take. */
function openRoom() {
  let now = 0, free = 0, asked = 0;
  const timers = new Set<Readonly<{ at: number; call: () => void }>>();
  const served: string[] = [];
  const room = new WaitingRoom({
    monotonic: () => now,
    later(ms, call) {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const attempt = (): TryResult<true> => {
    asked += 1;
    if (free === 0) return "full";
    free -= 1;
    return { got: true };
  };
  return {
    room, served, timers, attempt,
    get asked() {
      return asked;
    },
    enter(userId: string, name: string, over: Partial<Wait<true>> = {}) {
      const waiting = room.enter<true>({ userId, line: "model", wants: ["channel"], untilMs: now + 2_000, attempt, ...over });
      waiting?.place.then((got) => served.push(got ? name : `${name} in vain`), (cause: Error) => served.push(`${name} ${cause.message}`));
      return waiting;
    },
    async give(places: number) {
      free += places;
      room.wake();
      for (let turn = 0; turn < places + 2; turn++) await nextTurn();
    },
    async pass(ms: number) {
      for (const end = now + ms; now < end; ) {
        now = Math.min(end, ...[...timers].map(({ at }) => at));
        for (const timer of [...timers]) {
          if (timer.at > now) continue;
          timers.delete(timer);
          timer.call();
        }
        await nextTurn();
      }
    },
  };
}

const isEmpty = ({ room, timers }: ReturnType<typeof openRoom>): boolean => room.size === 0 && timers.size === 0 && !room.isWanted("channel");

test("one user's requests are served in their order, users in turn", async () => {
  const hall = openRoom();
  for (const name of ["a1", "a2", "a3"]) hall.enter("a", name);
  for (const name of ["b1", "b2"]) hall.enter("b", name);
  hall.enter("c", "c1");
  await hall.give(1);
  expect(hall.served).toEqual(["a1"]);
  await hall.give(5);
  expect(hall.served).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  expect(isEmpty(hall)).toBe(true);
});

test("two users get half of the places each, however many requests one of them has", async () => {
  const hall = openRoom();
  let made = 0;
  const keepWaiting = (userId: string, count: number): void => {
    const waiting = hall.room.size;
    for (let i = waiting; i < waiting + count; i++) hall.enter(userId, `${userId}${(made += 1)}`);
  };
  keepWaiting("a", 40);
  keepWaiting("b", 2);
  for (let round = 0; round < 100; round++) {
    const before = hall.served.length;
    await hall.give(1);
    const [last] = hall.served.slice(before);
    keepWaiting(last![0]!, 1);
  }
  const share = hall.served.filter((name) => name.startsWith("a")).length / hall.served.length;
  expect(hall.served).toHaveLength(100);
  expect(Math.abs(share - 0.5)).toBeLessThanOrEqual(0.05);
});

test("only so many of one user and of all may wait", async () => {
  const hall = openRoom();
  for (let i = 0; i < WAITERS_PER_USER; i++) expect(hall.enter("a", `a${i}`)).toBeDefined();
  expect(hall.enter("a", "one too many")).toBeUndefined();
  for (let i = WAITERS_PER_USER; i < WAITERS_MAX; i++) expect(hall.enter(`user ${i}`, String(i))).toBeDefined();
  expect(hall.enter("somebody else", "no room")).toBeUndefined();
  await hall.give(1);
  expect(hall.enter("a", "now there is")).toBeDefined();
});

test("who leaves is passed by and told so; leaving twice is leaving once", async () => {
  const hall = openRoom();
  const first = hall.enter("a", "a1")!;
  hall.enter("a", "a2");
  first.leave();
  first.leave();
  expect(hall.room.size).toBe(1);
  await hall.give(1);
  expect(hall.served).toEqual(["a1 in vain", "a2"]);
  expect(isEmpty(hall)).toBe(true);
});

test("waiting ends at its time, and no later than a look after it", async () => {
  const hall = openRoom();
  hall.enter("a", "short", { untilMs: 250 });
  hall.enter("b", "long", { untilMs: 1_000 });
  await hall.pass(200);
  expect(hall.served).toEqual([]);
  await hall.pass(100);
  expect(hall.served).toEqual(["short in vain"]);
  await hall.pass(700);
  expect(hall.served).toEqual(["short in vain", "long in vain"]);
  expect(isEmpty(hall)).toBe(true);
});

test("what becomes free by itself is found without being told", async () => {
  const hall = openRoom();
  let open = false;
  hall.enter("a", "a1", { attempt: () => (open ? { got: true } : "full") });
  await hall.pass(500);
  open = true;
  await hall.pass(100);
  expect(hall.served).toEqual(["a1"]);
});

test("one look asks for each line once, but past a user who has had his share", async () => {
  const hall = openRoom();
  for (let user = 0; user < 30; user++) hall.enter(`user ${user}`, String(user));
  await hall.give(0);
  expect(hall.asked).toBe(1);

  const other = openRoom();
  for (const name of ["a1", "a2"]) other.enter("a", name, { attempt: () => "not-theirs" });
  other.enter("b", "b1");
  await other.give(1);
  expect(other.served).toEqual(["b1"]);
});

test("a full line does not hold up another; an error ends one request's waiting alone", async () => {
  const hall = openRoom();
  hall.enter("a", "a1", { line: "full", attempt: () => "full" });
  hall.enter("b", "b1", { attempt: () => { throw new Error("has no channel left"); } });
  hall.enter("c", "c1");
  await hall.give(1);
  expect(hall.served).toEqual(["b1 has no channel left", "c1"]);
  expect(hall.room.size).toBe(1);
});

test("a place on its way to somebody who has left is given back", async () => {
  const hall = openRoom();
  const back: unknown[] = [];
  let arrive = (_got: TryResult<true>): void => undefined;
  const waiting = hall.enter("a", "a1", { attempt: () => new Promise((resolve) => (arrive = resolve)), giveBack: (got) => back.push(got) })!;
  hall.room.wake();
  waiting.leave();
  arrive({ got: true });
  await nextTurn();
  expect([hall.served, back, isEmpty(hall)]).toEqual([["a1 in vain"], [true], true]);
});

test("it is known who waits for what", () => {
  const hall = openRoom();
  const { room } = hall;
  const mine = hall.enter("a", "a1", { wants: ["x", "y"] })!;
  expect([room.isWanted("x"), room.isWantedByOthers("x", "a"), room.isWantedByOthers("x", "b"), room.isWanted("z")]).toEqual([true, false, true, false]);
  const theirs = hall.enter("b", "b1", { wants: ["x"] })!;
  expect([room.isWantedByOthers("x", "a"), room.isWantedByOthers("y", "a")]).toEqual([true, false]);
  mine.leave();
  theirs.leave();
  expect([room.isWanted("x"), room.isWanted("y")]).toEqual([false, false]);
});
