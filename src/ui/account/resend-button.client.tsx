"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { callAccount, secondsOf } from "#ui/account/call.client.ts";
import { Button } from "#ui/kit/button.tsx";

/** A mail a minute, as the server has it. */
const PAUSE_S = 60;

/** Sends the link again, with the time until it may be sent once more. */
export function ResendButton({ email }: { email: string }) {
  const t = useTranslations("account.signUp");
  const [left, setLeft] = useState(0);
  const [sent, setSent] = useState(false);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  const resend = async () => {
    const outcome = await callAccount("resend", { email });
    setSent(outcome.ok);
    setLeft(outcome.ok ? PAUSE_S : (secondsOf(outcome.reason) ?? 0));
  };
  return (
    <div className="flex items-center gap-3">
      <Button onClick={() => void resend()} disabled={left > 0}>{left > 0 ? t("sentIn", { seconds: left }) : t("sentAgain")}</Button>
      <span role="status" className="text-13 text-fg-2">{sent ? t("sentDone") : null}</span>
    </div>
  );
}
