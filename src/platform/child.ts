import { fork, type ChildProcess } from "node:child_process";
import type { Log } from "#platform/log.ts";

export type ChildOptions = Readonly<{
  script: string;
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Wait before the first restart; doubled each time up to `backOffMaxMs`. */
  backOffMs: number;
  backOffMaxMs: number;
  /** A child that lived this long starts with a fresh back-off when it dies. */
  steadyMs: number;
}>;

/** A child process that is started again whenever it dies. It reports `{ listening: <socket path> }` when it serves. */
export interface SupervisedChild {
  /** Where the child listens; undefined while it is down. */
  readonly socketPath: string | undefined;
  readonly pid: number | undefined;
  /** Resolves when the child serves for the first time. */
  readonly firstUp: Promise<void>;
  /** SIGTERM, then SIGKILL at the deadline; resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

const isListening = (message: unknown): message is { listening: string } =>
  typeof message === "object" && message !== null && "listening" in message && typeof message.listening === "string";

export function superviseChild(options: ChildOptions): SupervisedChild {
  const { log } = options;
  let child: ChildProcess | undefined;
  let socketPath: string | undefined;
  let stopping = false;
  let waitMs = options.backOffMs;
  let restart: NodeJS.Timeout | undefined;
  const { promise: firstUp, resolve: reportUp } = Promise.withResolvers<void>();

  function start(): void {
    const startedAt = performance.now();
    const started = fork(options.script, [...options.argv], { env: options.env, execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child = started;
    started.on("message", (message) => {
      if (!isListening(message)) return;
      socketPath = message.listening;
      log.info({ pid: started.pid, ms: Math.round(performance.now() - startedAt) }, "web half is up");
      reportUp();
    });
    started.on("error", (error) => log.error({ err: error }, "web half could not be started"));
    started.on("exit", (code, signal) => {
      socketPath = undefined;
      if (stopping) return;
      if (performance.now() - startedAt >= options.steadyMs) waitMs = options.backOffMs;
      log.error({ code, signal, restartInMs: waitMs }, "web half ended; it will be started again");
      restart = setTimeout(start, waitMs);
      waitMs = Math.min(waitMs * 2, options.backOffMaxMs);
    });
  }

  start();
  return {
    get socketPath() {
      return socketPath;
    },
    get pid() {
      return child?.pid;
    },
    firstUp,
    async stop(graceMs) {
      stopping = true;
      clearTimeout(restart);
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => running.kill("SIGKILL"), graceMs);
        running.once("exit", () => {
          clearTimeout(cut);
          resolve();
        });
        running.kill("SIGTERM");
      });
    },
  };
}
