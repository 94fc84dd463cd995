import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { outliveOutput } from "#platform/closed-output.ts";

test("an output that nobody reads any more is nothing to fall over; other troubles with it are", () => {
  const output = new EventEmitter();
  outliveOutput([output]);
  const trouble = (code: string) => (): boolean => output.emit("error", Object.assign(new Error(code), { code }));
  expect(trouble("EPIPE")()).toBe(true);
  expect(trouble("EPIPE")()).toBe(true);
  expect(trouble("EIO")).toThrow("EIO");
});
