"use client";
import { useQuery } from "@tanstack/react-query";
import { useNow, useTranslations } from "next-intl";
import { formatTokens } from "#ui/format/index.ts";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Part } from "#ui/health/part.tsx";
import { tableSizes } from "#ui/health/table-sizes.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes with three digits at most: `8.1 MB`. */
function bytesText(bytes: bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Size, growth and what waits. Rows are the database's own estimates. */
export function DatabaseCard() {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const query = useQuery({ ...trpc.admin.health.database.queryOptions(), refetchInterval: 30_000 });
  const { data } = query;
  return (
    <Part id="database-title" title={t("database")} query={query}>
      {data ? (
          <div className="border-t p-4">
            <DefinitionList items={[
              { label: t("dbVersion"), value: `PostgreSQL ${data.version}` },
              { label: t("dbSize"), value: bytesText(data.bytes) },
              { label: t("dbConnections"), value: `${data.connections} / ${data.maxConnections}` },
              { label: t("dbRole"), value: <><code className="text-13">{data.role}</code> {data.ownsTables ? <StatusDot tone="warn">{t("dbOwner")}</StatusDot> : null}</> },
              { label: t("deadLetters"), value: <StatusDot tone={data.deadLetters === 0 ? "ok" : "bad"}>{t("deadLetterCount", { count: data.deadLetters })}</StatusDot> },
              { label: t("outbox"), value: data.outbox === 0 ? t("outboxEmpty") : t.rich("outboxCount", { count: data.outbox, time: () => <Time at={data.oldestOutbox} /> }) },
            ]} />
          </div>
      ) : null}
    </Part>
  );
}

/** The largest tables, among them the months of charges and tries, and how far ahead months are made. */
export function TableSizes() {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const now = useNow();
  const query = useQuery(trpc.admin.health.database.queryOptions());
  const { data } = query;
  const sizes = data && tableSizes(data.tables, data.partitions, now.toISOString().slice(0, 7));
  return (
    <Part id="tables-title" title={t("tables")} note={t("tablesNote")} query={query}>
      {sizes ? (
        <>
          <table className="tbl tbl-dense">
            <thead><tr><th scope="col">{t("partition")}</th><th scope="col" className="num">{t("rows")}</th><th scope="col" className="num">{t("size")}</th></tr></thead>
            <tbody>
              {sizes.lines.map(({ key, name, month, rows, bytes }) => (
                <tr key={key}><td><code className="text-12">{name}</code>{month === null ? null : <span className="nums ml-2 text-fg-3">{month}</span>}</td><td className="num text-fg-2">{rows === null ? "—" : formatTokens(rows)}</td><td className="num">{bytesText(bytes)}</td></tr>
              ))}
            </tbody>
          </table>
          {sizes.lastMonth === null ? null : <p className="border-t px-4 py-2.5 text-13 text-fg-3">{t("monthsAhead", { count: sizes.monthsAhead, month: sizes.lastMonth })}</p>}
        </>
      ) : null}
    </Part>
  );
}
