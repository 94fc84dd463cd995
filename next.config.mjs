import { existsSync, readFileSync } from "node:fs";
import createNextIntlPlugin from "next-intl/plugin";
import { PHASE_PRODUCTION_SERVER } from "next/constants.js";

const withIntl = createNextIntlPlugin("./src/ui/i18n/request.ts");

/** Where the site of `npm run build` lies (src/cli/start/site-folder.ts). What Next builds when it is called by itself lies in `.next`. */
function servedFolder() {
  const pointer = new URL(".next/modelmart-build", import.meta.url);
  const folder = existsSync(pointer) ? `.next/site-${readFileSync(pointer, "utf8").slice(0, 12)}` : ".next";
  return existsSync(new URL(`${folder}/BUILD_ID`, import.meta.url)) ? folder : ".next";
}

const folder = process.env.MODELMART_SITE_FOLDER;

export default (phase) => withIntl({
  distDir: folder ?? (phase === PHASE_PRODUCTION_SERVER ? servedFolder() : ".next"),
  poweredByHeader: false,
  reactStrictMode: true,
  // Types are checked by `npm test`; a build at an operator's first start should not spend time on it again.
  // A build in a folder of its own would write that folder into the project's own settings of the compiler.
  typescript: { ignoreBuildErrors: true, ...(folder && { tsconfigPath: ".next/tsconfig.json" }) },
  // Native modules, and packages that hold connections: loaded by Node, not bundled.
  serverExternalPackages: ["pg", "@prisma/adapter-pg", "@prisma/client", "@node-rs/argon2", "pg-boss", "pino", "prom-client", "undici", "ioredis"],
  // What a search engine reads stands in the head, not at the end of a streamed body.
  htmlLimitedBots: /.*/,
  // What the bundler remembers holds for one folder; in the next it costs more to read than it saves.
  experimental: { globalNotFound: true, turbopackFileSystemCacheForBuild: false },
});
