"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { AccountForm, AccountHeading, EmailField } from "#ui/account/account-form.client.tsx";
import { callAccount } from "#ui/account/call.client.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";

type Kind = "verify" | "change_old" | "change_new" | "undo_change";
type Link = Readonly<{ kind: Kind; token: string }>;
type End = "gone" | "waiting" | "changed" | "undone";

/** The link's secret stands behind the `#`: a scanner that opens every link of a mail does not use it up. */
function readLink(): Link | undefined {
  const [, kind = "verify", token] = /^#(?:(change_old|change_new|undo_change)\.)?([\w-]{20,100})$/.exec(location.hash) ?? [];
  return token === undefined ? undefined : { kind: kind as Kind, token };
}

/** What a link in a mail asks for, with the one click that does it. */
export function VerifyPanel() {
  const t = useTranslations("account.verify");
  const [link, setLink] = useState<Link | "none">();
  const [end, setEnd] = useState<End>();
  useEffect(() => setLink(readLink() ?? "none"), []);

  if (link === undefined) return <AccountHeading title={t("title")} />;
  if (link === "none" || end === "gone") return <AskAgain title={t(end === "gone" ? "goneTitle" : "title")} text={t(end === "gone" ? "goneText" : "missingText")} />;
  if (end !== undefined) return <Ended end={end} />;

  const submit = async (): Promise<string | undefined> => {
    const { kind, token } = link;
    const outcome = kind === "verify" ? await callAccount("verify", { token }) : await callAccount("confirmEmail", { kind, token });
    if (!outcome.ok && outcome.reason !== "gone") return outcome.reason;
    // The secret is of no more use; neither the address bar nor the history should keep it.
    history.replaceState(null, "", location.pathname);
    if (!outcome.ok) setEnd("gone");
    else if (!("state" in outcome.value)) {
      location.assign("/sign-in?notice=verified&next=/onboarding");
      return undefined;
    } else if (kind === "undo_change") setEnd("undone");
    else setEnd(outcome.value.state === "done" ? "changed" : "waiting");
    return "";
  };

  const words = link.kind === "verify" ? { title: t("title"), text: t("text"), submit: t("submit") }
    : link.kind === "undo_change" ? { title: t("undoTitle"), text: t("undoText"), submit: t("undoSubmit") }
      : { title: t("changeTitle"), text: t("changeText"), submit: t("changeSubmit") };
  return (
    <>
      <AccountHeading title={words.title}>{words.text}</AccountHeading>
      <AccountForm onSubmit={submit} submit={words.submit} busyLabel={t("busy")}>{null}</AccountForm>
    </>
  );
}

function Ended({ end }: { end: Exclude<End, "gone"> }) {
  const t = useTranslations("account.verify");
  return (
    <>
      <AccountHeading title={t(`${end}Title`)}>{t(`${end}Text`)}</AccountHeading>
      <div className="mt-8">
        {end === "waiting" ? null : (
          <LinkButton href={end === "undone" ? "/reset" : "/sign-in"} variant="primary" size="lg">{t(end === "undone" ? "setPassword" : "toSignIn")}</LinkButton>
        )}
      </div>
    </>
  );
}

function AskAgain({ title, text }: { title: string; text: string }) {
  const t = useTranslations("account.verify");
  const [sent, setSent] = useState(false);
  const submit = async (form: FormData): Promise<string> => {
    const outcome = await callAccount("resend", { email: String(form.get("email")) });
    setSent(outcome.ok);
    return outcome.ok ? "" : outcome.reason;
  };
  return (
    <>
      <AccountHeading title={title}>{text}</AccountHeading>
      {sent ? <Callout tone="ok" className="mt-6">{t("resent")}</Callout> : null}
      <AccountForm onSubmit={submit} submit={t("resend")} busyLabel={t("busy")}><EmailField /></AccountForm>
    </>
  );
}
