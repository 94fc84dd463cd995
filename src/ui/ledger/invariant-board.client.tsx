"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Play } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { Badge, StatusDot } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Board = inferRouterOutputs<AppRouter>["admin"]["ledger"]["board"];
type Result = Board["runs"][number]["results"][number];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UUID_CHARS = 36;
const transaction = (id: string): string => `/admin/ledger/transactions/${id}`;
const wallet = (id: string): string => `/admin/ledger/transactions?wallet=${id}`;
/** Where what an invariant found is to be looked at: its own page, or the list that it stands in. */
const PAGES: Readonly<Record<string, (key: string) => string>> = {
  I1: transaction, I2: wallet, I3: wallet, I4: transaction,
  // a wallet's id and, right behind it, the settlement's
  I5: (key) => transaction(key.slice(-UUID_CHARS)),
  I6: (key) => `/admin/requests/${key}`, I7: (key) => `/admin/orders/${key}`, I8: () => "/admin/refunds", I9: () => "/admin/codes", I10: () => "/admin/codes", I11: wallet, I12: () => "/admin/disputes", I13: wallet,
  I14: (key) => `/admin/ledger/accounts/${encodeURIComponent(key)}`, I15: () => "/admin/orders", I16: (key) => `/admin/requests?key=${key.replace("key:", "")}`,
  // whoever reads the books need not see channels
  I17: () => "/admin/ledger/transactions?kind=settlement", I18: (key) => `/admin/requests/${key}`,
  // a day and, behind it, the account's number
  I19: (key) => `/admin/ledger/accounts/${key.split(" ").at(-1)}`,
};

/** What must hold of the money at every instant, and whether it did when it was last looked. */
export function InvariantBoard() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("ledger");
  const { data, isError, refetch } = useQuery({ ...trpc.admin.ledger.board.queryOptions(), refetchInterval: 30_000 });
  const check = useMutation(trpc.admin.ledger.check.mutationOptions({
    onSuccess: async ({ results }) => {
      await Promise.all([client.invalidateQueries(trpc.admin.ledger.board.pathFilter()), client.invalidateQueries(trpc.admin.dashboard.pathFilter())]);
      const broken = results.filter(({ rows }) => rows > 0).length;
      if (broken === 0) toast.success(t("allHold"));
      else toast.error(t("someBroken", { count: broken }));
    },
    onError: () => toast.error(t("checkFailed")),
  }));
  const [opened, setOpened] = useState(false);
  const last = data?.runs[0];
  const broken = last?.results.filter(({ rows }) => rows > 0) ?? [];
  const since = brokenSince(data);
  // On a phone a long list of zeros says no more than the word above it.
  const folded = !opened && broken.length === 0;
  return (
    <section className="card" aria-labelledby="board-title">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4 pb-3">
        <h2 id="board-title" className="font-semibold">{t("board")}</h2>
        {last ? <Badge tone={broken.length === 0 ? "ok" : "bad"}>{broken.length === 0 ? t("allHold") : t("someBroken", { count: broken.length })}</Badge> : null}
        <p className="min-w-0 flex-1 text-13 text-fg-3 max-sm:order-last max-sm:basis-full">{last ? t.rich("lastRun", { time: () => <Time at={last.startedAt} />, by: last.by === "upkeep" ? t("byItself") : last.by }) : data ? t("neverRun") : null}{last && !last.whole && data?.wholeAt ? <> · {t.rich("lastWhole", { time: () => <Time at={data.wholeAt!} /> })}</> : null}</p>
        <Button size="sm" className="max-sm:ml-auto" busy={check.isPending} onClick={() => check.mutate()}><Play size={14} strokeWidth={1.75} aria-hidden="true" />{t("runNow")}</Button>
      </div>
      {broken.length > 0 ? <div className="px-4 pb-3"><Callout tone="bad" title={t("brokenTitle", { names: broken.map(({ id }) => id).join(", ") })}>{t.rich("brokenText", { since: () => (since ? <Time at={since} as="stamp" /> : "—") })}</Callout></div> : null}
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="p-4"><SkeletonText lines={6} /></div> : (
        <>
          <ul className={cn("grid md:grid-cols-2 xl:grid-cols-3", folded && "max-md:hidden")}>
            {data.invariants.map(({ id }) => <InvariantLine key={id} id={id} result={last?.results.find((result) => result.id === id)} />)}
          </ul>
          {folded ? <button type="button" className="link w-full border-t px-4 py-3 text-left text-13 md:hidden" onClick={() => setOpened(true)}>{t("showAll", { count: data.invariants.length })}</button> : null}
        </>
      )}
    </section>
  );
}

/** The first of the runs in a row that found something. */
function brokenSince(board: Board | undefined): Date | undefined {
  const run = board?.runs.findIndex(({ results }) => results.every(({ rows }) => rows === 0)) ?? -1;
  return board?.runs[run === -1 ? board.runs.length - 1 : run - 1]?.startedAt;
}

function InvariantLine({ id, result }: { id: string; result: Result | undefined }) {
  const t = useTranslations("ledger");
  const bad = (result?.rows ?? 0) > 0;
  return (
    <li className={cn("flex min-w-0 items-start gap-3 border-t px-4 py-2.5", bad && "bg-bad-soft")}>
      <span className="nums w-8 flex-none pt-px text-13 font-medium text-fg-2">{id}</span>
      <div className="min-w-0 flex-1 text-13">
        <p>{t(`invariants.${id}`)}</p>
        {bad ? <p className="mt-0.5 break-all">{result?.sample.slice(0, 3).map((key) => <Offender key={key} id={id} found={key} />)}</p> : null}
      </div>
      <span className="nums flex-none text-13"><StatusDot tone={result === undefined ? "neutral" : bad ? "bad" : "ok"}>{result === undefined ? t("notRun") : result.rows}</StatusDot></span>
    </li>
  );
}

function Offender({ id, found }: { id: string; found: string }) {
  // Ids are linked, whole or at the end of a key; what else a check may say is shown as it is.
  const page = ["I14", "I15", "I19"].includes(id) || UUID.test(found.slice(-UUID_CHARS)) ? PAGES[id] : undefined;
  const shown = <span className="font-mono text-12">{found}</span>;
  return page ? <Link href={page(found)} className="block underline underline-offset-2">{shown}</Link> : <span className="block">{shown}</span>;
}
