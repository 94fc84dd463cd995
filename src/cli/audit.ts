import { verifyAudit } from "#accounts/index.ts";
import { withShop } from "#cli/open-shop.ts";

const USAGE = "npm run audit -- verify";

/** `npm run audit`: walks the chain of the audit log. Exit code 1 when an entry does not fit. */
export default async function run(argv: readonly string[]): Promise<number> {
  if (argv.length !== 1 || argv[0] !== "verify") {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  return withShop("audit", async ({ pool, keys }) => {
    const { rows, brokenAt } = await verifyAudit(pool, keys.auditKey);
    if (brokenAt === undefined) {
      process.stdout.write(`The audit log is whole: ${rows} ${rows === 1 ? "entry" : "entries"}.\n`);
      return 0;
    }
    process.stdout.write(`The audit log is broken at entry ${brokenAt}: it, or one before it, was changed, removed or put in. ${rows} ${rows === 1 ? "entry fits" : "entries fit"} before it.\n`);
    return 1;
  });
}
