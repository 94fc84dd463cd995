import { TRPCError } from "@trpc/server";
import type { Pool } from "pg";
import { walletOfUser, type WalletView } from "#reports/index.ts";

/** The signed-in customer's wallet: every look at his requests goes by its id, so another's cannot be reached. */
export async function ownWallet({ pool, user }: Readonly<{ pool: Pool; user: Readonly<{ id: string }> }>): Promise<WalletView> {
  const wallet = await walletOfUser(pool, user.id);
  if (!wallet) throw new TRPCError({ code: "NOT_FOUND", message: "This account has no wallet." });
  return wallet;
}
