"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Check, CircleCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState, type FormEvent, type ReactNode } from "react";
import { Connect } from "#ui/connect/connect.client.tsx";
import { formatBalance, formatCharge } from "#ui/format/index.ts";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { CopyField } from "#ui/kit/copy-field.client.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** How often the page looks whether the first request has come. */
const LOOK_MS = 2_000;

type Props = { base: string; shopName: string; email: string; mustVerify: boolean };

/** From a new account to the first answer: a key, credit, one call. Each step can be left out. */
export function Onboarding({ base, shopName, email, mustVerify }: Props) {
  const trpc = useTRPC();
  const [secret, setSecret] = useState<string>();
  const balance = useQuery(trpc.console.wallet.balance.queryOptions());
  const keys = useQuery(trpc.console.keys.list.queryOptions({ states: ["active"], limit: 1 }));
  const hasKey = secret !== undefined || (keys.data?.rows.length ?? 0) > 0;
  const available = balance.data === undefined ? undefined : balance.data.balanceNano - balance.data.heldNano;
  if (mustVerify) return <Unconfirmed email={email} />;
  return (
    <ol className="mt-8 flex flex-col">
      <KeyStep secret={secret} name={keys.data?.rows[0]?.name} onMade={setSecret} />
      <CreditStep available={available} />
      <CallStep base={base} shopName={shopName} secret={secret} hasKey={hasKey} />
    </ol>
  );
}

function Step({ number, title, done, children }: { number: number; title: string; done: boolean; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[28px_minmax(0,1fr)] gap-x-4 border-t py-6 max-sm:grid-cols-1 max-sm:gap-y-3">
      <span className={cn("nums grid size-7 place-items-center rounded-full text-13 font-medium", done ? "bg-ok-soft text-ok" : "bg-muted text-fg-2")}>
        {done ? <Check size={14} strokeWidth={2} aria-hidden="true" /> : number}
      </span>
      <section className="min-w-0">
        <h2 className="mb-1 text-16 font-semibold">{title}</h2>
        {children}
      </section>
    </li>
  );
}

/** @param name of a key made earlier, whose secret is not here any more */
function KeyStep({ secret, name, onMade }: { secret: string | undefined; name: string | undefined; onMade: (secret: string) => void }) {
  const t = useTranslations("account.onboarding");
  const trpc = useTRPC();
  const failure = useFailureText();
  const create = useMutation(trpc.console.keys.create.mutationOptions({ onSuccess: (made) => onMade(made.secret) }));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate({ name: String(new FormData(event.currentTarget).get("name")) });
  };
  return (
    <Step number={1} title={t("keyTitle")} done={secret !== undefined || name !== undefined}>
      {secret === undefined && name !== undefined ? (
        <p className="text-fg-2">{t("keyMade", { name })} <Link href="/console/keys" className="link">{t("keyAnother")}</Link></p>
      ) : secret === undefined ? (
        <>
          <p className="text-fg-2">{t("keyText")}</p>
          <form method="post" className="mt-4 flex flex-wrap items-end gap-2" onSubmit={submit}>
            <TextField className="flex-1 basis-56" label={t("keyName")} name="name" required maxLength={64} defaultValue={t("keyDefault")} autoComplete="off" />
            <Button type="submit" variant="primary" busy={create.isPending} className="max-sm:w-full">{t("keySubmit")}</Button>
          </form>
          {create.error ? <Callout tone="bad" className="mt-3">{failure(create.error)}</Callout> : null}
        </>
      ) : (
        <div className="mt-2 flex flex-col gap-2">
          <CopyField label={t("keyDone")} value={secret} hint={t("keyOnce")} />
          <Link href="/console/keys" className="link self-start text-13">{t("keyAnother")}</Link>
        </div>
      )}
    </Step>
  );
}

function CreditStep({ available }: { available: bigint | undefined }) {
  const t = useTranslations("account.onboarding");
  const some = available !== undefined && available > 0n;
  return (
    <Step number={2} title={t("creditTitle")} done={some}>
      <p className="min-h-5 text-fg-2">{available === undefined ? null : some ? t("creditHave", { amount: formatBalance(available) }) : t("creditNone")}</p>
      <div className="mt-4 flex flex-wrap gap-2">
        <LinkButton href="/console/wallet" prefetch={false}>{t("creditTopUp")}</LinkButton>
        <LinkButton href="/console/wallet" prefetch={false} variant="ghost">{t("creditCode")}</LinkButton>
      </div>
    </Step>
  );
}

function CallStep({ base, shopName, secret, hasKey }: { base: string; shopName: string; secret: string | undefined; hasKey: boolean }) {
  const t = useTranslations("account.onboarding");
  const trpc = useTRPC();
  const models = useQuery(trpc.console.models.list.queryOptions());
  const newest = useQuery(trpc.console.requests.list.queryOptions({ limit: 1 }, { refetchInterval: ({ state }) => (!hasKey || (state.data?.rows.length ?? 0) > 0 ? false : LOOK_MS) }));
  const first = newest.data?.rows[0];
  const chat = models.data?.find(({ endpoints }) => endpoints.length === 0 || endpoints.includes("chat")) ?? models.data?.[0];
  return (
    <Step number={3} title={t("callTitle")} done={first !== undefined}>
      <p className="text-fg-2">{models.data?.length === 0 ? t("callNoModel") : !hasKey ? t("callNeedsKey") : t("callText")}</p>
      {!hasKey || chat === undefined ? null : <div className="mt-4"><Connect base={base} shopName={shopName} model={chat.slug} {...(secret !== undefined && { secret })} /></div>}
      <div className="mt-4" role="status">
        {first ? (
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <CircleCheck className="text-ok" size={16} strokeWidth={1.75} aria-hidden="true" />
            {t("callDone", { model: first.model, amount: formatCharge(first.chargeNano) })}
            <Link href={`/console/requests/${first.id}`} prefetch={false} className="link">{t("callReceipt")}</Link>
          </p>
        ) : !hasKey ? null : <p className="flex items-center gap-2 text-fg-3"><span className="spinner" aria-hidden="true" />{t("callWaiting")}</p>}
      </div>
    </Step>
  );
}

function Unconfirmed({ email }: { email: string }) {
  const t = useTranslations("account.onboarding");
  const trpc = useTRPC();
  const send = useMutation(trpc.console.profile.sendVerification.mutationOptions());
  const again = <Button size="sm" busy={send.isPending} disabled={send.isSuccess} onClick={() => send.mutate()}>{send.isSuccess ? t("resent") : t("resend")}</Button>;
  return <Callout tone="warn" className="mt-8" title={t("unconfirmedTitle")} action={again}>{t("unconfirmedText", { email })}</Callout>;
}
