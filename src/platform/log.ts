import { pino, type Logger } from "pino";
import type { LogLevel } from "#config/env.ts";
import { prettyLine } from "./log-pretty.ts";
import { redactFields, redactText } from "./redact.ts";

/** What areas may do with the log: `log.info({ fields }, "what happened")`. */
export type Log = Pick<Logger, "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "isLevelEnabled"> & {
  child(fields: Readonly<Record<string, unknown>>): Log;
};

export type LogOptions = Readonly<{
  level: LogLevel;
  format: "pretty" | "json";
  /** Where lines go; default: standard output. */
  destination?: { write(line: string): unknown };
}>;

/**
 * A log of one JSON object a line (or a readable line on a terminal). Secrets and content are taken out twice: fields
 * by their names, then whatever looks like a secret in the finished line.
 */
export function createLog({ level, format, destination = process.stdout }: LogOptions): Log {
  const write = (line: string) => void destination.write(redactText(format === "pretty" ? prettyLine(line) : line));
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: redactFields, bindings: redactFields },
      // Errors are rendered by `redactFields` already.
      serializers: { err: (value: unknown) => value },
    },
    { write },
  );
}
