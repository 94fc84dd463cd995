import { buildClient, buildSite } from "#cli/start/build.ts";

/** `build`: database client and site, each only when stale. `build client`: the client alone. */
export default async function run(argv: readonly string[]): Promise<number> {
  const made = await buildClient();
  const site = argv[0] === "client" ? false : await buildSite();
  if (!made && !site) process.stderr.write("Nothing to build.\n");
  return 0;
}
