"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Card } from "#ui/kit/card.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const ACTIONS = ["key.create", "key.update", "key.enable", "key.disable", "key.revoke", "key.rotate", "key.leaked"] as const;
const FIELDS = ["name", "state", "models", "endpoints", "scopes", "cidrs", "limits", "budgets", "expires_at"] as const;

/** Who did what to the key, newest first, with the settings that differ before and after. */
export function KeyHistory({ id }: { id: string }) {
  const t = useTranslations("keys.history");
  const trpc = useTRPC();
  const query = useQuery(trpc.console.keys.history.queryOptions({ id }));
  if (!query.data) return query.isError ? <ErrorState onRetry={() => void query.refetch()} /> : <SkeletonText lines={4} />;
  if (query.data.length === 0) return <p className="text-fg-2">{t("none")}</p>;
  return (
    <Card flush>
      <ol className="divide-y">
        {query.data.map(({ at, action, actorType, before, after }, i) => {
          const known = ACTIONS.find((name) => name === action);
          const changed = FIELDS.filter((field) => action !== "key.create" && text(before, field) !== text(after, field));
          return (
            <li key={i} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-5 py-3 max-sm:px-4">
              <span className="font-medium">{known ? t(`actions.${known.slice(4) as "create"}`) : action}</span>
              <span className="min-w-0 flex-1 text-13 text-fg-2">{changed.map((field) => t(`fields.${field}`)).join(" · ")}</span>
              <span className="text-13 text-fg-3">{t(`by.${actorType === "user" ? "you" : "shop"}`)}</span>
              <Time at={at} as="stamp" className="text-13 text-fg-3" />
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

const text = (state: unknown, field: string): string => JSON.stringify((state as Record<string, unknown> | null)?.[field] ?? null);
