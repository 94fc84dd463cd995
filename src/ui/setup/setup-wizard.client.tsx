"use client";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { AccountStep } from "#ui/setup/account-step.client.tsx";
import { DoneStep } from "#ui/setup/done-step.client.tsx";
import { MailStep, PaymentsStep } from "#ui/setup/later-steps.client.tsx";
import { PriceStep } from "#ui/setup/price-step.client.tsx";
import { SetupFrame } from "#ui/setup/setup-frame.tsx";
import { ShopStep } from "#ui/setup/shop-step.client.tsx";
import { SETUP_STEPS, type SetupStep } from "#ui/setup/steps.ts";
import { VendorStep } from "#ui/setup/vendor-step.client.tsx";

type Props = {
  /** Where somebody goes on who has not said where. */
  resume: SetupStep;
  /** The channel that was made last, when there is one. */
  channelId: string | null;
  /** The shop's public address, without a slash at its end. */
  base: string;
};

/** The first run of a shop whose owner is signed in: each step has its address, is saved when it is left, and may wait. */
export function SetupWizard({ resume, channelId, base }: Props) {
  const [{ step, channel, provider }, write] = useQueryStates(
    { step: parseAsStringLiteral(SETUP_STEPS), channel: parseAsString, provider: parseAsString }, { history: "push" });
  // The secret of the key for the first request is shown once: it lives in this page's memory only.
  const [secret, setSecret] = useState<string>();
  const current = step === null || step === "account" ? resume : step;
  const go = (next: SetupStep) => void write({ step: next, provider: null });
  const using = channel ?? channelId;
  return (
    <SetupFrame current={current} onGo={go}>
      {current === "shop" ? <ShopStep base={base} onNext={() => go("vendor")} /> : null}
      {current === "vendor" ? (
        <VendorStep
          channelId={using} provider={provider} onProvider={(next) => void write({ step: "vendor", provider: next })} onMade={(id) => void write({ step: "vendor", channel: id, provider: null })}
          onBack={() => go("shop")} onNext={(id) => void write({ step: id === null ? "payments" : "prices", provider: null })}
        />
      ) : null}
      {current === "prices" ? <PriceStep channelId={using} onBack={() => go("vendor")} onNext={() => go("payments")} /> : null}
      {current === "payments" ? <PaymentsStep onBack={() => go("prices")} onNext={() => go("mail")} /> : null}
      {current === "mail" ? <MailStep onBack={() => go("payments")} onNext={(made) => { setSecret(made ?? secret); go("done"); }} /> : null}
      {current === "done" ? <DoneStep base={base} secret={secret} onSecret={setSecret} onGo={go} /> : null}
    </SetupFrame>
  );
}

/** Before there is an owner: the account, and nothing else. */
export const SetupAccount = () => <SetupFrame current="account"><AccountStep /></SetupFrame>;
