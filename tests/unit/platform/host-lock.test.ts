import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { HostLockTimeout, withHostLock } from "#platform/host-lock.ts";

const name = `modelmart-test-${process.pid}`;

test("one at a time, whatever the others do", async () => {
  let inside = 0;
  let most = 0;
  const work = async (fail: boolean) => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(5);
    inside -= 1;
    if (fail) throw new Error("no");
  };
  const all = await Promise.allSettled([false, true, false, true].map((fail) => withHostLock(name, 5_000, () => work(fail))));
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
  expect(most).toBe(1);
});

test("other names do not wait; the same one gives up in the end", async () => {
  await withHostLock(name, 100, async () => {
    expect(await withHostLock(`${name}-other`, 100, async () => "in")).toBe("in");
    await expect(withHostLock(name, 100, async () => "in")).rejects.toThrow(HostLockTimeout);
  });
});
