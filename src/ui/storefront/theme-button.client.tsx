"use client";

const YEAR_S = 31_536_000;

/** Changes to the other of light and dark, counted from what is seen now; kept in a cookie so that the server renders it. */
export function ThemeButton({ label }: { label: string }) {
  const toggle = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `mm-theme=${root.dataset.theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  };
  return (
    <button type="button" className="btn btn-icon btn-ghost" aria-label={label} title={label} onClick={toggle}>
      <svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        <circle cx="12" cy="12" r="8.5" />
        <path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor" />
      </svg>
    </button>
  );
}
