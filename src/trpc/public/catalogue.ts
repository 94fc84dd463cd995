import { z } from "zod";
import { listOffers } from "#catalog/storefront.store.ts";
import { publicProcedure, router } from "#trpc/init.ts";

export const catalogueRouter = router({
  /** Models on sale with their list prices in pico-USD per unit, as decimal strings. */
  list: publicProcedure
    .output(z.array(z.strictObject({ slug: z.string(), name: z.string(), vendor: z.string().optional(), items: z.record(z.string(), z.string()) })))
    .query(async ({ ctx }) =>
      (await listOffers(ctx.pool)).map(({ slug, name, vendorName, items }) => ({
        slug,
        name,
        ...(vendorName === undefined ? {} : { vendor: vendorName }),
        items: Object.fromEntries(Object.entries(items).map(([item, pico]) => [item, pico.toString()])),
      })),
    ),
});
