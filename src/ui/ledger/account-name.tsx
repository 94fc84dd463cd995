import { useTranslations } from "next-intl";

/** An account of the ledger in words; the whole code on hover. `whose` is the customer or the channel. */
export function AccountName({ code, whose }: { code: string; whose?: string | null }) {
  const t = useTranslations("ledger");
  const [kind = "", id = "", part = ""] = code.split(":");
  if (kind === "wallet") return <span title={code}>{whose ?? `${id.slice(0, 8)}…`}<span className="text-fg-3"> · {t(`buckets.${part}`)}</span></span>;
  if (kind === "wallets") return <span>{t("allWallets")}<span className="text-fg-3"> · {t(`buckets.${id}`)}</span></span>;
  const key = kind === "psp" ? `accounts.psp_${part}` : kind === "upstream" || kind === "suspense" ? `accounts.${kind}` : `accounts.${code.replace(":", "_")}`;
  return <span title={code}>{t.has(key) ? t(key) : code}{kind === "psp" || kind === "suspense" ? <span className="text-fg-3"> · {id}</span> : kind === "upstream" ? <span className="text-fg-3"> · {whose ?? `${id.slice(0, 8)}…`}</span> : null}</span>;
}
