/** The shop's mark until the operator uploads his own. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <span className="shop-logo inline-block flex-none"><svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="6" fill="var(--color-fg)" />
      <path d="M7 17V7.5l5 6 5-6V17" fill="none" stroke="var(--color-canvas)" strokeWidth="2.25" strokeLinecap="square" strokeLinejoin="round" />
      <circle className="logo-spark" cx="12" cy="6.6" r="1.9" />
    </svg></span>
  );
}
