"use client";
import { SunMoon } from "lucide-react";

const YEAR_S = 31_536_000;

/** Changes to the other of light and dark, counted from what is seen now; kept in a cookie so that the server renders it. */
export function ThemeToggle({ label }: { label: string }) {
  const toggle = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `mm-theme=${root.dataset.theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  };
  return (
    <button type="button" className="btn btn-icon btn-ghost" aria-label={label} title={label} onClick={toggle}>
      <SunMoon size={16} strokeWidth={1.75} aria-hidden="true" />
    </button>
  );
}
