import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder with recorded traffic and vendor data, where there is one beside the repository. */
export function sharedDir(): string | undefined {
  const dir = process.env.MODELMART_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));
  return existsSync(dir) ? dir : undefined;
}
