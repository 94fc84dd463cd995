"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { formatExact } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Blocked after ten; from the fifth on it is said how many are left. */
const TRIES_MAX = 10;
const TRIES_TOLD = 5;

/** One field. Whatever is wrong with a code, the answer is the same. */
export function RedeemCode() {
  const t = useTranslations("wallet.redeem");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState(0);
  const redeem = useMutation(trpc.console.wallet.redeem.mutationOptions({
    onSuccess: () => {
      setCode("");
      setWrong(0);
      return queries.invalidateQueries({ queryKey: trpc.console.wallet.pathKey() });
    },
    onError: (error) => setWrong(reasonOf(error) === "code" ? wrong + 1 : wrong),
  }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() !== "" && !redeem.isPending) redeem.mutate({ code });
  };
  const minutes = /^wait:(\d+)$/.exec(reasonOf(redeem.error) ?? "")?.[1];
  const problem = !redeem.isError ? undefined
    : minutes ? t("wait", { minutes: Number(minutes) })
    : reasonOf(redeem.error) === "verify" ? t("verify")
    : reasonOf(redeem.error) === "code" ? `${t("wrong")}${wrong >= TRIES_TOLD ? ` ${t("left", { count: Math.max(0, TRIES_MAX - wrong) })}` : ""}` : t("failed");
  return (
    <section aria-labelledby="redeem-title">
      <h2 id="redeem-title" className="font-semibold">{t("title")}</h2>
      <form className="mt-2 flex max-w-[420px] items-start gap-2" onSubmit={submit}>
        <TextField
          className="flex-1" label={t("code")} hideLabel mono autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={100} placeholder="XXXX-XXXX-XXXX-XXXX"
          value={code} onChange={(event) => setCode(event.target.value)} error={problem}
        />
        <Button type="submit" busy={redeem.isPending} disabled={code.trim() === ""}>{t("submit")}</Button>
      </form>
      <p className="mt-2 min-h-5 text-13 text-ok" role="status">
        {redeem.data ? (
          <>{t("done", { amount: formatExact(redeem.data.creditNano) })}{redeem.data.expiresAt ? <> {t.rich("until", { time: () => <Time at={redeem.data.expiresAt} as="date" /> })}</> : null}</>
        ) : null}
      </p>
    </section>
  );
}
