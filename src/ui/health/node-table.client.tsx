"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { StatusDot } from "#ui/kit/badge.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money } from "#ui/kit/money.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Part } from "#ui/health/part.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Relay nodes: do they live, and have they the newest configuration. */
export function NodeTable() {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const query = useQuery({ ...trpc.admin.health.nodes.queryOptions(), refetchInterval: 5_000 });
  const rev = query.data?.rev ?? 0n;
  return (
    <Part id="nodes-title" title={t("nodes")} note={t("nodesNote", { rev: rev.toString() })} query={query}>
      {query.data?.nodes.length === 0 ? <p className="border-t p-4 text-fg-2">{t("noNodes")}</p> : (
        <ul>
          {query.data?.nodes.map((node) => {
            const behind = rev - node.snapshotRev;
            return (
              <li key={node.id} className="border-t px-4 py-2.5">
                <p className="flex flex-wrap items-baseline gap-x-3">
                  <span className="font-medium">{node.host}</span><span className="text-13 text-fg-3">{t(`roles.${node.role}`)} · {t("process", { pid: String(node.pid) })}{node.version ? ` · ${node.version}` : ""}</span>
                  <span className="ml-auto text-13"><StatusDot tone={node.silent ? "bad" : "ok"}>{node.silent ? t("silent") : t("alive")}</StatusDot></span>
                </p>
                <p className="mt-0.5 flex flex-wrap gap-x-4 gap-y-0.5 text-13 text-fg-2">
                  <IdText id={node.id} />
                  <span className={behind > 0n ? "text-warn" : undefined}>{behind > 0n ? t("behind", { count: Number(behind) }) : t("current")}</span>
                  <span>{t.rich("leased", { wallets: node.wallets, leased: () => <Money nano={node.leasedNano} as="total" />, held: () => <Money nano={node.heldNano} as="charge" /> })}</span>
                  <span>{t.rich("heard", { time: () => <Time at={node.heartbeatAt} /> })}</span>
                  <span>{t.rich("started", { time: () => <Time at={node.startedAt} /> })}</span>
                </p>
              </li>
            );
          })}
        </ul>
      )}
    </Part>
  );
}
