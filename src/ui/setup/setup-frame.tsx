import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { AccountHeading } from "#ui/account/account-form.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { SETUP_STEPS, type SetupStep } from "#ui/setup/steps.ts";

type FrameProps = {
  current: SetupStep;
  /** Steps that may be gone back to; the account is made once. */
  onGo?: (step: SetupStep) => void;
  children: ReactNode;
};

/** The steps beside, the one that is at hand in the middle. */
export function SetupFrame({ current, onGo, children }: FrameProps) {
  return (
    <div className="mx-auto grid w-full max-w-[1080px] gap-x-16 px-4 pt-8 pb-24 sm:px-8 md:grid-cols-[168px_minmax(0,1fr)] md:pt-14">
      <Steps current={current} onGo={onGo} />
      <div className="min-w-0 max-w-[760px]">{children}</div>
    </div>
  );
}

function Steps({ current, onGo }: Pick<FrameProps, "current" | "onGo">) {
  const t = useTranslations("setup");
  const at = SETUP_STEPS.indexOf(current);
  return (
    <div className="mb-8">
      <p className="text-13 text-fg-2 md:hidden" aria-hidden="true">{t("stepOf", { step: at + 1, all: SETUP_STEPS.length, name: t(`steps.${current}`) })}</p>
      <div className="mt-2 h-1 overflow-hidden rounded-full bg-muted md:hidden" aria-hidden="true"><div className={cn("h-full rounded-full bg-accent", WIDTHS[at])} /></div>
      <ol className="flex flex-col gap-y-4 max-md:sr-only" aria-label={t("mark")}>
        {SETUP_STEPS.map((step, i) => {
          const text = (
            <>
              <span className={cn("nums grid size-5 flex-none place-items-center rounded-full text-12", i < at ? "bg-ok-soft text-ok" : i === at ? "bg-fg text-canvas" : "bg-muted")}>
                {i < at ? <Check size={12} strokeWidth={2} aria-hidden="true" /> : i + 1}
              </span>
              {t(`steps.${step}`)}
            </>
          );
          const look = cn("flex items-center gap-3 text-left", i === at ? "font-medium" : "text-fg-2");
          return (
            <li key={step} aria-current={i === at ? "step" : undefined}>
              {onGo && i > 0 && i !== at ? <button type="button" className={cn(look, "hover:text-fg")} onClick={() => onGo(step)}>{text}</button> : <span className={look}>{text}</span>}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const WIDTHS = ["w-[14%]", "w-[28%]", "w-[42%]", "w-[57%]", "w-[71%]", "w-[85%]", "w-full"] as const;

type StepProps = { title: string; lead?: ReactNode; children?: ReactNode; /** The buttons: back on the left, later and on at the right. */ foot?: ReactNode };

/** What a step is, what it asks, and where it leads on to. */
export function SetupPart({ title, lead, children, foot }: StepProps) {
  return (
    <section>
      <AccountHeading title={title}>{lead}</AccountHeading>
      {children ? <div className="mt-8 [&>.card]:max-w-none">{children}</div> : null}
      {foot ? <div className="mt-8 flex flex-wrap items-center gap-2 [&_:first-child.btn-ghost]:-ml-4 [&>:first-child]:mr-auto">{foot}</div> : null}
    </section>
  );
}
