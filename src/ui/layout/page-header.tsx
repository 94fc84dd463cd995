import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { PageTitle } from "#ui/layout/page-title.client.tsx";

type Props = {
  title: ReactNode;
  /** A short note on the title's own line. */
  description?: ReactNode;
  actions?: ReactNode;
  /** Where this page hangs. */
  back?: Readonly<{ href: string; label: string }>;
  /** A state beside the title: a badge. */
  badge?: ReactNode;
};

/** Title and what can be done here; the note stands on the title's line, not under it. */
export function PageHeader({ title, description, actions, back, badge }: Props) {
  return (
    <div className="mb-6">
      {back ? (
        <Link href={back.href} className="mb-2 inline-flex items-center gap-1.5 text-13 text-fg-2 hover:text-fg">
          <ArrowLeft size={14} strokeWidth={1.75} aria-hidden="true" />
          {back.label}
        </Link>
      ) : null}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-3">
        <div className="flex min-w-0 flex-1 basis-28 flex-wrap items-baseline gap-x-3 gap-y-1">
          <PageTitle className="min-w-0 text-20 font-semibold break-words">{title}</PageTitle>
          {badge}
          {description ? <p className="text-13 text-fg-3">{description}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </div>
    </div>
  );
}
