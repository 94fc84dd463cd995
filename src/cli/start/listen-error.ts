import { StartError } from "#cli/start/errors.ts";
import type { Env } from "#config/env.ts";

/** What an operator can do about a port that cannot be opened; undefined for any other error. */
export function whyNotListening(error: unknown, { host, port }: Pick<Env, "host" | "port">): StartError | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === "listen" && code === "EADDRINUSE") return new StartError(`Port ${port} of ${host} is taken by another process. Stop that one, or set PORT to a free port.`);
  if (syscall === "listen" && code === "EACCES") return new StartError(`This user may not open port ${port}. Set PORT to one above 1023, or grant the right to open it.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return new StartError(`HOST is ${host}, which is no address of this machine.`);
  return undefined;
}
