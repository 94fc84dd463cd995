"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { formatExact } from "#ui/format/index.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { ExactAmount } from "#ui/kit/exact-amount.client.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { ErrorState, Skeleton } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What can be spent now, and what it is made of, down to the sum. */
export function Balance() {
  const t = useTranslations("wallet");
  const trpc = useTRPC();
  const parts = useQuery(trpc.console.wallet.parts.queryOptions());
  if (parts.isError && !parts.data) return <ErrorState className="p-0" onRetry={() => void parts.refetch()} />;
  const data = parts.data;
  const available = data ? data.paidNano + data.lotsNano - data.debtNano - data.heldNano : undefined;
  // To the last digit, so that the sum is one that can be checked.
  const places = data ? placesOf([data.paidNano, ...data.lots.map(({ remainingNano }) => remainingNano), data.heldNano, data.debtNano, data.frozenNano, data.creditLimitNano, available], "exact") : 2;
  // Of one part there is nothing to add up.
  const plain = data && data.lots.length === 0 && data.heldNano === 0n && data.debtNano === 0n && data.frozenNano === 0n && data.creditLimitNano === 0n;
  return (
    <section aria-labelledby="available">
      <h2 id="available" className="text-13 text-fg-2">{t("available")}</h2>
      {available === undefined ? <Skeleton className="my-2 h-9 w-44" /> : (
        <p className="nums text-28 font-semibold tracking-tight sm:text-40"><ExactAmount nano={available} as="balance" /></p>
      )}
      {plain ? <p className="mt-2 text-fg-2">{t(data.paidNano > 0n ? "allPaid" : "empty")}</p> : <Sum data={data} available={available} places={places} />}
      {data?.status === "restricted" ? (
        <Callout tone="bad" className="mt-4 max-w-[560px]" title={t("restricted.title")}>
          {data.debtNano > 0n ? t("restricted.debt", { amount: formatExact(data.debtNano) }) : t("restricted.dispute")}
        </Callout>
      ) : null}
    </section>
  );
}

type Parts = ConsoleOutputs["wallet"]["parts"];

/** What is there, part by part, down to the sum. */
function Sum({ data, available, places }: { data: Parts | undefined; available: bigint | undefined; places: number }) {
  const t = useTranslations("wallet");
  return (
    <dl className="mt-4 max-w-[460px]">
      <Line places={places} label={t("parts.paid")} nano={data?.paidNano} />
      {data?.lots.map(({ id, kind, remainingNano, expiresAt }) => (
        <Line places={places} key={id} nano={remainingNano} label={<>{t(`lots.${lotKind(kind)}`)}{expiresAt ? <span className="ml-2 text-12 text-fg-3">{t.rich("expires", { time: () => <Time at={expiresAt} as="date" /> })}</span> : null}</>} />
      ))}
      {data && data.heldNano > 0n ? <Line places={places} label={t("parts.held")} nano={-data.heldNano} quiet /> : null}
      {data && data.debtNano > 0n ? <Line places={places} label={t("parts.debt")} nano={-data.debtNano} /> : null}
      <div className="mt-2 flex justify-between gap-4 border-t pt-2 pb-1"><dt className="font-semibold">{t("available")}</dt><dd className="sum">{available === undefined ? <Skeleton className="w-16" /> : <Money nano={available} places={places} />}</dd></div>
      {data && data.frozenNano > 0n ? <Line places={places} label={t("parts.frozen")} nano={data.frozenNano} quiet /> : null}
      {data && data.creditLimitNano > 0n ? <Line places={places} label={t("parts.creditLimit")} nano={data.creditLimitNano} quiet /> : null}
    </dl>
  );
}

const LOT_KINDS = ["plan", "bonus", "code", "signup", "referral", "goodwill"] as const;
const lotKind = (kind: string): (typeof LOT_KINDS)[number] => LOT_KINDS.find((known) => known === kind) ?? "goodwill";

function Line({ label, nano, places, quiet = false }: { label: ReactNode; nano: bigint | undefined; places: number; quiet?: boolean }) {
  return (
    <div className="flex justify-between gap-4 py-1">
      <dt className="text-fg-2">{label}</dt>
      <dd className={quiet ? "text-fg-2" : ""}>{nano === undefined ? <Skeleton className="w-16" /> : <Money nano={nano} places={places} />}</dd>
    </div>
  );
}
