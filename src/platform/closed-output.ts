import type { EventEmitter } from "node:events";

/**
 * Whoever read this process's output may go away: a closed pipe must not end the process, nor keep it busy with errors
 * about the error. What is written from then on is lost.
 */
export function outliveOutput(streams: readonly EventEmitter[] = [process.stdout, process.stderr]): void {
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
