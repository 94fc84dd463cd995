"use client";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { buttonClass } from "#ui/kit/button.tsx";
import { ErrorState, Skeleton } from "#ui/kit/states.tsx";
import { PageTitle } from "#ui/layout/page-title.client.tsx";

/** Nothing at this address, inside the frame of its area. */
export function MissingPage() {
  const t = useTranslations("kit.page");
  const start = usePathname().startsWith("/admin") ? "/admin" : "/console";
  return (
    <div className="py-10">
      <PageTitle className="text-20 font-semibold">{t("missingTitle")}</PageTitle>
      <p className="mt-2 max-w-[56ch] text-fg-2">{t("missingText")}</p>
      <Link href={start} className={buttonClass("secondary", "md", "mt-5")}>{t("back")}</Link>
    </div>
  );
}

type FailedProps = { error: Error & { digest?: string }; reset: () => void };

/** A page failed; its frame and the way on stay. The digest is what stands in the shop's log. */
export function FailedPage({ error, reset }: FailedProps) {
  const t = useTranslations("kit.page");
  useEffect(() => {
    document.title = t("failedTitle");
  }, [t]);
  return (
    <>
      <PageTitle className="sr-only">{t("failedTitle")}</PageTitle>
      <ErrorState className="px-0 max-sm:px-0" title={t("failedTitle")} text={t("failedText")} requestId={error.digest} onRetry={reset} />
    </>
  );
}

const ROWS = 6;

/** Title, a row of figures and a table to come, where they will stand; grey appears after 150 ms only. */
export function PageSkeleton() {
  const t = useTranslations("kit.page");
  return (
    <div aria-busy="true">
      <p className="sr-only" role="status">{t("loading")}</p>
      <Skeleton className="h-7 w-40" />
      <div className="late mt-6 overflow-hidden rounded-card border bg-surface">
        {Array.from({ length: ROWS }, (_, row) => (
          <div key={row} className="flex h-11 items-center gap-6 border-t px-4 first:border-t-0 sm:px-5">
            <Skeleton className="w-24" />
            <Skeleton className="w-48 max-sm:flex-1" />
            <Skeleton className="ml-auto w-16" />
          </div>
        ))}
      </div>
    </div>
  );
}
