"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { formatTokens } from "#ui/format/index.ts";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Part } from "#ui/health/part.tsx";
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

/** The months of charges and tries, and the largest of the other tables. */
export function TableSizes() {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const query = useQuery(trpc.admin.health.database.queryOptions());
  const { data } = query;
  return (
    <Part id="tables-title" title={t("tables")} query={query}>
      {data ? (
        <table className="tbl tbl-dense">
            <thead><tr><th scope="col">{t("partition")}</th><th scope="col" className="num">{t("rows")}</th><th scope="col" className="num">{t("size")}</th></tr></thead>
            <tbody>
              {data.partitions.map((part) => <tr key={part.name}><td title={part.bounds}><code className="text-12">{part.name}</code></td><td className="num">{formatTokens(part.rows)}</td><td className="num">{bytesText(part.bytes)}</td></tr>)}
              {data.tables.map((table) => <tr key={table.name}><td><code className="text-12">{table.name}</code></td><td className="num">{formatTokens(table.rows)}</td><td className="num">{bytesText(table.bytes)}</td></tr>)}
            </tbody>
          </table>
      ) : null}
    </Part>
  );
}
