// The arrows between areas: imports go down, or sideways inside one folder. Areas of one row meet through index.ts only.
// Read by the swc parser: under TypeScript 7 the default one sees nothing and calls it green; `npm test` therefore also
// demands a least number of modules.

/** From the ground up; areas of one row stand in one list. */
const ROWS = [
  ["config"],
  ["platform"],
  ["money"],
  ["catalog", "accounts"],
  ["snapshot", "channels"],
  ["relay", "payments", "store", "reports", "notify", "management"],
  ["runtime.ts"],
  ["trpc", "jobs"],
  ["server.ts", "web.ts", "proxy.ts", "app", "ui", "cli"],
];

const at = (area) => (area.includes(".") ? `^src/${area.replace(".", "[.]")}$` : `^src/${area}/`);
const any = (areas) => areas.map(at).join("|");

const upwards = ROWS.slice(0, -1).map((row, i) => ({
  name: `${row.join("-")}-upwards`,
  comment: "Imports go down.",
  severity: "error",
  from: { path: any(row) },
  to: { path: any(ROWS.slice(i + 1).flat()) },
}));

const sideways = ROWS.slice(0, -1).flatMap((row) =>
  row.filter((area) => row.length > 1 && !area.includes(".")).map((area) => ({
    name: `${area}-sideways`,
    comment: "Areas of one row know each other by their index.ts only.",
    severity: "error",
    from: { path: at(area) },
    to: { path: any(row.filter((other) => other !== area)), pathNot: "/index[.]ts$" },
  })),
);

/** What the relay process loads must start in a moment and stay small. */
const RELAY_PROCESS = "^src/(server[.]ts|relay/|snapshot/|channels/|catalog/|accounts/|money/|platform/(?!db/prisma)|config/)";

module.exports = {
  forbidden: [
    ...upwards,
    ...sideways,
    { name: "no-cycles", severity: "error", from: { pathNot: "generated" }, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "unresolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^(next|server-only)" } },
    { name: "relay-reaches-no-framework", severity: "error", from: { path: RELAY_PROCESS }, to: { path: "node_modules/(next|react|react-dom|@prisma|next-auth|next-intl|pg-boss|@trpc)/|platform/db/(generated|prisma)" } },
    { name: "relay-reaches-no-framework-by-any-way", severity: "error", from: { path: "^src/server[.]ts$" }, to: { path: "node_modules/(next|react|react-dom|next-auth|next-intl|@trpc)/", reachable: true } },
    { name: "database-in-stores", comment: "`.store.ts` alone may use the database; whoever opens a transaction only hands it on.", severity: "error", from: { path: "^src/(money|catalog|accounts|channels|snapshot|relay|payments|store|reports|notify)/", pathNot: "[.]store[.]ts$" }, to: { path: "node_modules/pg/|platform/db/(pool|prisma|generated)", dependencyTypesNot: ["type-only"] } },
    { name: "dialects-apart", severity: "error", from: { path: "^src/relay/dialects/([^/]+)/" }, to: { path: "^src/relay/dialects/[^/]+/", pathNot: "^src/relay/dialects/($1|[a-z]+-kit)/" } },
    { name: "vendors-apart", severity: "error", from: { path: "^src/relay/providers/([^/]+)/", pathNot: "^src/relay/providers/kit/" }, to: { path: "^src/relay/providers/[^/]+/", pathNot: "^src/relay/providers/($1|kit)/" } },
    { name: "relay-by-its-index", comment: "createRelay, its two adapters and the table of providers are all that others may import.", severity: "error", from: { path: "^src/", pathNot: "^src/relay/" }, to: { path: "^src/relay/", pathNot: "^src/relay/(providers/)?index[.]ts$", dependencyTypesNot: ["type-only"] } },
    { name: "ui-takes-types-only", comment: "Browser code may use the pure money files; of everything else below only types.", severity: "error", from: { path: "^src/ui/" }, to: { path: any(ROWS.slice(0, -1).flat()), pathNot: "^src/money/(amount|price)[.]ts$", dependencyTypesNot: ["type-only"] } },
    { name: "tests-stay-outside", severity: "error", from: { path: "^src/", pathNot: "^src/cli/(bench|test|shots)" }, to: { path: "^tests/" } },
    { name: "no-dev-packages", severity: "error", from: { path: "^src/", pathNot: "^src/cli/(test|bench|shots|migrations)" }, to: { dependencyTypes: ["npm-dev"] } },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "platform/db/generated"] },
    exclude: { path: "^[.]next" },
    parser: "swc",
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".mjs", ".js", ".json"], conditionNames: ["import", "node", "default", "types"], exportsFields: ["exports"] },
  },
};
