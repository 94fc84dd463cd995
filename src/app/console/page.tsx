import type { Metadata } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { shop } from "#app/shop.ts";
import { countActiveKeys, readWallet, recentRequests, type RecentRequest } from "#reports/overview.store.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { formatBalance, formatExact } from "#ui/format/index.ts";

const RECENT = 8;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("console"))("title"), robots: { index: false } };
}

/** Money first: what can be spent now, what runs, and the last requests with what they cost. */
export default async function OverviewPage() {
  const user = await requireUser();
  const { pool } = await shop();
  const t = await getTranslations("console");
  const [wallet, keys] = await Promise.all([readWallet(pool, user.id), countActiveKeys(pool, user.id)]);
  const requests = wallet ? await recentRequests(pool, wallet.walletId, RECENT) : [];
  const available = (wallet?.balanceNano ?? 0n) - (wallet?.heldNano ?? 0n);
  const held = wallet?.heldNano ?? 0n;
  return (
    <>
      <PageHeader title={t("title")} />
      <section className="card grid divide-border md:grid-cols-2 md:divide-x">
        <div className="p-6 max-md:border-b">
          <h2 className="text-13 text-fg-2">{t("available")}</h2>
          <p className="nums mt-1 text-28 font-semibold" title={formatExact(available)}>{formatBalance(available)}</p>
          <p className="mt-1 text-13 text-fg-3">{held > 0n ? t("held", { amount: formatExact(held) }) : t("noneHeld")}</p>
        </div>
        <div className="p-6">
          <h2 className="text-13 text-fg-2">{t("keys")}</h2>
          <p className="nums mt-1 text-28 font-semibold">{keys}</p>
          <p className="mt-1 text-13 text-fg-3">{t("keyCount", { count: keys })}</p>
        </div>
      </section>
      <RecentRequests requests={requests} />
    </>
  );
}

async function RecentRequests({ requests }: { requests: readonly RecentRequest[] }) {
  const t = await getTranslations("console");
  const format = await getFormatter();
  return (
    <section className="card mt-4 overflow-x-auto" aria-labelledby="recent-title">
      <h2 id="recent-title" className="p-4 font-medium">{t("recent")}</h2>
      {requests.length === 0 ? (
        <p className="border-t p-4 text-fg-2">{t("none")}</p>
      ) : (
        <table className="tbl">
          <thead>
            <tr>
              <th scope="col">{t("time")}</th>
              <th scope="col">{t("model")}</th>
              <th scope="col" className="max-sm:hidden">{t("status")}</th>
              <th scope="col" className="num">{t("charge")}</th>
            </tr>
          </thead>
          <tbody>
            {requests.map(({ id, at, model, outcome, chargeNano }) => (
              <tr key={id}>
                <td className="nums text-fg-3">{format.dateTime(at, { dateStyle: "short", timeStyle: "medium" })}</td>
                <td>{model}</td>
                <td className="max-sm:hidden"><span className={outcome === "ok" ? "badge badge-ok" : "badge"}>{outcome.replaceAll("_", " ")}</span></td>
                <td className="num">{formatExact(chargeNano)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
