import createNextIntlPlugin from "next-intl/plugin";

const withIntl = createNextIntlPlugin("./src/ui/i18n/request.ts");

export default withIntl({
  poweredByHeader: false,
  reactStrictMode: true,
  // Types are checked by `npm test`; a build at an operator's first start should not spend time on it again.
  typescript: { ignoreBuildErrors: true },
  // Native modules, and packages that hold connections: loaded by Node, not bundled.
  serverExternalPackages: ["pg", "@prisma/adapter-pg", "@prisma/client", "@node-rs/argon2", "pg-boss", "pino", "prom-client", "undici", "ioredis"],
  // What a search engine reads stands in the head, not at the end of a streamed body.
  htmlLimitedBots: /.*/,
  experimental: { globalNotFound: true },
});
