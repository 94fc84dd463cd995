"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, CircleCheck, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState, type FormEvent, type ReactNode } from "react";
import { Connect } from "#ui/connect/connect.client.tsx";
import { formatBalance, formatCharge, formatTokens } from "#ui/format/index.ts";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { useCopy } from "#ui/kit/copy-button.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { Skeleton } from "#ui/kit/states.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { callable } from "#ui/models/wildcard.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { RedeemCode } from "#ui/wallet/redeem-code.client.tsx";
import { QuickTopUp } from "#ui/wallet/quick-top-up.client.tsx";

/** How often the page looks whether the first request has come. */
const LOOK_MS = 2_000;

type Props = { base: string; shopName: string; email: string; mustVerify: boolean };

/** From a new account to the first answer: a key, credit, one call. Each step can be left out. */
export function Onboarding({ base, shopName, email, mustVerify }: Props) {
  const t = useTranslations("account.onboarding");
  const trpc = useTRPC();
  const [secret, setSecret] = useState<string>();
  const [stored, setStored] = useState(false);
  // The key is shown this once: nobody leaves it behind by a slip of the hand.
  useLeaveGuard(secret !== undefined && !stored, undefined, t("keyLeave"));
  const balance = useQuery(trpc.console.wallet.balance.queryOptions());
  const keys = useQuery(trpc.console.keys.list.queryOptions({ states: ["active", "low"], limit: 1 }));
  const name = keys.data?.rows[0]?.name;
  const hasKey = secret !== undefined || name !== undefined;
  const available = balance.data === undefined ? undefined : balance.data.balanceNano - balance.data.heldNano;
  const keyDone = secret === undefined ? name !== undefined : stored;
  if (mustVerify) return <Unconfirmed email={email} />;
  return (
    <ol className="mt-8 flex flex-col">
      <KeyStep secret={secret} stored={stored} name={name} onMade={setSecret} onStored={() => setStored(true)} />
      <CreditStep available={available} next={keyDone} />
      <CallStep base={base} shopName={shopName} secret={secret} hasKey={hasKey} next={keyDone && available !== undefined && available > 0n} />
    </ol>
  );
}

/** @param next the one to do now: its number stands out */
function Step({ number, title, done, next, children }: { number: number; title: string; done: boolean; next: boolean; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[28px_minmax(0,1fr)] gap-x-4 border-t py-6 max-sm:gap-x-3" data-done={done}>
      <span className={cn("nums grid size-7 place-items-center rounded-full text-13 font-medium", done ? "bg-ok-soft text-ok" : next ? "bg-accent text-white" : "bg-muted text-fg-2")}>
        {done ? <Check size={14} strokeWidth={2} aria-hidden="true" /> : number}
      </span>
      <h2 className="self-center text-16 font-semibold">{title}</h2>
      <section className="col-start-2 mt-1 min-w-0 max-sm:col-span-2 max-sm:col-start-1 max-sm:mt-2">{children}</section>
    </li>
  );
}

type KeyProps = {
  secret: string | undefined;
  stored: boolean;
  /** Of a key made earlier, whose secret is not here any more. */
  name: string | undefined;
  onMade: (secret: string) => void;
  onStored: () => void;
};

function KeyStep({ secret, stored, name, onMade, onStored }: KeyProps) {
  const t = useTranslations("account.onboarding");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const failure = useFailureText();
  const create = useMutation(trpc.console.keys.create.mutationOptions({
    onSuccess: (made) => {
      onMade(made.secret);
      return queries.invalidateQueries({ queryKey: trpc.console.keys.pathKey() });
    },
  }));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate({ name: String(new FormData(event.currentTarget).get("name")) });
  };
  const done = secret === undefined ? name !== undefined : stored;
  return (
    <Step number={1} title={t("keyTitle")} done={done} next={!done}>
      {secret !== undefined && !stored ? <FreshKey secret={secret} onStored={onStored} /> : done ? (
        <p className="text-fg-2">{secret === undefined ? t("keyMade", { name: name ?? "" }) : t("keyStored")} <Link href="/console/keys" className="link">{t("keyAnother")}</Link></p>
      ) : (
        <>
          <p className="text-fg-2">{t("keyText")}</p>
          <form method="post" className="mt-4 flex flex-wrap items-end gap-2" onSubmit={submit}>
            <TextField className="flex-1 basis-56" label={t("keyName")} name="name" required maxLength={64} defaultValue={t("keyDefault")} autoComplete="off" />
            <Button type="submit" variant="primary" busy={create.isPending} className="max-sm:w-full">{t("keySubmit")}</Button>
          </form>
          {create.error ? <Callout tone="bad" className="mt-3">{failure(create.error)}</Callout> : null}
        </>
      )}
    </Step>
  );
}

/** The secret, until its owner says that it is in a safe place. */
function FreshKey({ secret, onStored }: { secret: string; onStored: () => void }) {
  const t = useTranslations("account.onboarding");
  const { copied, copy } = useCopy();
  const [took, setTook] = useState(false);
  return (
    <div className="mt-2 rounded-card border border-warn bg-surface p-4" role="group" aria-label={t("keyDone")}>
      <p className="flex gap-2 text-13"><TriangleAlert className="mt-0.5 text-warn" size={16} strokeWidth={1.75} aria-hidden="true" /><span><span className="font-medium">{t("keyDone")}</span> <span className="text-fg-2">{t("keyOnce")}</span></span></p>
      <code className="mt-3 block rounded-control bg-muted px-3 py-2 text-13 break-all select-all" data-secret="">{secret}</code>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button
          variant={took ? "secondary" : "primary"} className="max-sm:flex-1"
          onClick={() => {
            setTook(true);
            void copy(secret);
          }}
        >
          {copied ? t("copied") : t("copy")}
        </Button>
        <Button variant={took ? "primary" : "secondary"} className="max-sm:flex-1" onClick={onStored}>{t("stored")}</Button>
      </div>
    </div>
  );
}

function CreditStep({ available, next }: { available: bigint | undefined; next: boolean }) {
  const t = useTranslations("account.onboarding");
  const some = available !== undefined && available > 0n;
  return (
    <Step number={2} title={t("creditTitle")} done={some} next={next && !some}>
      {available === undefined ? <Skeleton className="w-56" /> : null}
      <p className="text-fg-2">{available === undefined ? null : some ? <>{t("creditHave", { amount: formatBalance(available) })} <Link href="/console/wallet" prefetch={false} className="link">{t("creditMore")}</Link></> : t("creditNone")}</p>
      {available === undefined || some ? null : (
        <div className="mt-4 flex flex-col gap-5">
          <QuickTopUp primary={next} />
          <RedeemCode />
        </div>
      )}
    </Step>
  );
}

function CallStep({ base, shopName, secret, hasKey, next }: { base: string; shopName: string; secret: string | undefined; hasKey: boolean; next: boolean }) {
  const t = useTranslations("account.onboarding");
  const trpc = useTRPC();
  const models = useQuery(trpc.console.models.list.queryOptions());
  const newest = useQuery(trpc.console.requests.list.queryOptions({ limit: 1 }, { refetchInterval: ({ state }) => (!hasKey || (state.data?.rows.length ?? 0) > 0 ? false : LOOK_MS) }));
  const first = newest.data?.rows[0];
  const offered = models.data && callable(models.data);
  const chat = offered?.find(({ endpoints }) => endpoints.length === 0 || endpoints.includes("chat")) ?? offered?.[0];
  // What goes green stands at the top; the code stays as long as it holds a key that cannot be shown again.
  const connect = (model: string) => <div className="mt-4"><Connect base={base} shopName={shopName} model={model} {...(secret !== undefined && { secret })} /></div>;
  return (
    <Step number={3} title={t("callTitle")} done={first !== undefined} next={next && first === undefined}>
      {first ? null : <p className="text-fg-2">{models.data?.length === 0 ? t("callNoModel") : !hasKey ? t("callNeedsKey") : secret === undefined ? t("callTextOwn") : t("callText")}</p>}
      {first || !hasKey || chat === undefined ? null : connect(chat.slug)}
      <div className="mt-4" role="status">
        {first ? (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-card bg-ok-soft p-4">
            <CircleCheck className="text-ok" size={20} strokeWidth={1.75} aria-hidden="true" />
            <p className="min-w-0 flex-1 basis-60">
              <span className="block font-medium">{t("callDone", { model: first.model, amount: formatCharge(first.chargeNano) })}</span>
              <span className="nums block text-13 text-fg-2">{t("callTokens", { input: formatTokens(first.input), output: formatTokens(first.output) })} <Link href={`/console/requests/${first.id}`} prefetch={false} className="link">{t("callReceipt")}</Link></span>
            </p>
            <LinkButton href="/console" variant="primary">{t("done")}</LinkButton>
          </div>
        ) : !hasKey ? null : <p className="flex items-center gap-2 text-fg-3"><span className="spinner" aria-hidden="true" />{t("callWaiting")}</p>}
      </div>
      {first && secret !== undefined && chat ? connect(chat.slug) : null}
      {first || !hasKey || chat === undefined ? null : <p className="mt-3 text-13 text-fg-3">{t("callNoTerminal")} <Link href={`/console/playground?model=${encodeURIComponent(chat.slug)}`} prefetch={false} className="link">{t("callPlayground")}</Link></p>}
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
