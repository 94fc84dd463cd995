import { randomBytes } from "node:crypto";
import { generateSecret, playgroundKey } from "#accounts/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

/** Long enough for a reply, short enough that a copied one is soon worth nothing; the page asks anew in time. */
const LIFE_MS = 15 * 60_000;

export const playgroundRouter = router({
  /**
   * A secret of a quarter of an hour for the page's own calls to the relay, so that they are admitted, limited, charged
   * and logged as every other request is. It stands in the page's memory and nowhere else.
   */
  start: consoleProcedure("playground:use").mutation(async ({ ctx }) => {
    const secret = generateSecret("sk-mm-", randomBytes);
    const until = new Date(Date.now() + LIFE_MS);
    await withTransaction(ctx.pool, (tx) => playgroundKey(tx, ctx.keys.keyPepper, ctx.user.id, secret, until));
    return { secret, until };
  }),
});
