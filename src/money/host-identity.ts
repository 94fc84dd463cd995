import fs from "node:fs";
import os from "node:os";

/** Which process on which boot of which machine. `pidStart` tells a reused process id from the first one. */
export type HostIdentity = Readonly<{ host: string; bootId: string; pid: number; pidStart: string }>;

/** Identity of this process. Away from Linux boot and start are unknown (empty), and only host and pid are compared. */
export const readHostIdentity = (): HostIdentity =>
  ({ host: os.hostname(), bootId: readText("/proc/sys/kernel/random/boot_id"), pid: process.pid, pidStart: startOf(process.pid) });

/**
 * Is the process that wrote this identity surely gone?
 *
 * @returns undefined when it was on another machine: this one cannot know
 */
export function isGone(other: HostIdentity, here: HostIdentity): boolean | undefined {
  if (other.host !== here.host) return undefined;
  if (other.bootId !== here.bootId) return true;
  if (!exists(other.pid)) return true;
  return other.pidStart !== "" && startOf(other.pid) !== other.pidStart;
}

/** Field 22 of /proc/PID/stat: start time in clock ticks since boot; names with blanks stand in brackets before. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
