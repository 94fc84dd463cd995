import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export type Helper = Readonly<{ url: string; pid: number; close(): void }>;

/** Starts a script of this repository that prints its address on the first line and ends when its input closes. */
export async function startHelper(file: string, ...args: string[]): Promise<Helper> {
  const child = spawn(process.execPath, [path.join(root, file), ...args], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("\n")) resolve(text.split("\n")[0]!.trim());
    });
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { url, pid: child.pid!, close: () => child.stdin.end() };
}

/** Memory of a process in MB (2^20 bytes): now and at its highest. Linux only; NaN elsewhere. */
export function memory(pid: number): Readonly<{ rssMb: number; peakMb: number }> {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_024;
    return { rssMb: read("VmRSS"), peakMb: read("VmHWM") };
  } catch {
    return { rssMb: Number.NaN, peakMb: Number.NaN };
  }
}

/** Ticks of `/proc/<pid>/stat` per second; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used. Linux only; NaN elsewhere. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}
