import { CircleAlert, RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";

/** Nothing there yet: what would be there, and the one thing to do. `secondary` is a plain link beside it. */
export function EmptyState({ icon, title, text, action, secondary, className }: { icon?: ReactNode; title: ReactNode; text?: ReactNode; action?: ReactNode; secondary?: ReactNode; className?: string }) {
  return (
    <div className={cn("state-box", className)}>
      {icon ? <div className="mb-4 grid size-9 place-items-center rounded-control bg-muted text-fg-2">{icon}</div> : null}
      <p className="font-semibold">{title}</p>
      {text ? <p className="mt-1 max-w-[56ch] text-fg-2">{text}</p> : null}
      {action || secondary ? <div className="mt-4 flex flex-wrap items-center gap-3">{action}{secondary}</div> : null}
    </div>
  );
}

/** The filters leave nothing over. */
export function NoMatch({ title, text, onClear }: { title?: ReactNode; text?: ReactNode; onClear?: () => void }) {
  const t = useTranslations("kit");
  return <EmptyState title={title ?? t("noMatch.title")} text={text ?? t("noMatch.text")} action={onClear ? <Button onClick={onClear}>{t("noMatch.clear")}</Button> : undefined} />;
}

type ErrorProps = { title?: ReactNode; text?: ReactNode; requestId?: string | undefined; onRetry?: (() => void) | undefined; busy?: boolean; className?: string };

/** One part failed: what, what still holds, again, and the id to quote. */
export function ErrorState({ title, text, requestId, onRetry, busy = false, className }: ErrorProps) {
  const t = useTranslations("kit");
  return (
    <div className={cn("state-box", className)} role="alert">
      <CircleAlert className="mb-3 text-bad" size={20} strokeWidth={1.75} aria-hidden="true" />
      <p className="font-semibold">{title ?? t("error.title")}</p>
      <p className="mt-1 max-w-[56ch] text-fg-2">{text ?? t("error.text")}</p>
      {onRetry || requestId ? (
        <div className="mt-4 flex flex-wrap items-center gap-3">
          {onRetry ? <Button onClick={onRetry} busy={busy}><RotateCw size={16} strokeWidth={1.75} aria-hidden="true" />{t("error.retry")}</Button> : null}
          {requestId ? <code className="min-w-0 text-12 break-all text-fg-3 select-all">{requestId}</code> : null}
        </div>
      ) : null}
    </div>
  );
}

/** Old figures stay, dimmed by their owner; this says how old they are. */
export function StaleNote({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  const t = useTranslations("kit");
  return (
    <div className="flex items-center gap-2 border-b px-4 py-2 text-13 text-fg-2" role="status">
      <RotateCw className="text-warn" size={16} strokeWidth={1.75} aria-hidden="true" />
      <span className="min-w-0 flex-1">{children}</span>
      {onRetry ? <button type="button" className="link" onClick={onRetry}>{t("stale.now")}</button> : null}
    </div>
  );
}

/** A grey bar in the place of what comes; its size is given by classes. */
export function Skeleton({ className }: { className?: string }) {
  return <span className={cn("skeleton h-4 w-full", className)} aria-hidden="true" />;
}

const LINE_WIDTHS = ["w-11/12", "w-3/4", "w-5/6", "w-2/3", "w-4/5"] as const;

/** Lines of text to come. */
export function SkeletonText({ lines = 3 }: { lines?: number }) {
  return (
    <div className="flex flex-col gap-2">
      {Array.from({ length: lines }, (_, i) => <Skeleton key={i} className={LINE_WIDTHS[i % LINE_WIDTHS.length] ?? ""} />)}
    </div>
  );
}
