// What the public pages do beside being read: the theme, copying, and a calculator that answers while one types.
// Each of them is complete without this file, and none loads anything else.
"use strict";
(() => {
  const YEAR_S = 31_536_000;
  const COPIED_MS = 1_500;
  const PAUSE_MS = 120;

  /** To the other of light and dark, counted from what is seen now; the cookie lets the server render it. */
  function toggleTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `mm-theme=${root.dataset.theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  }

  /** Without the clipboard (plain http) the text is there to be selected. */
  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return;
    }
    const status = button.querySelector("[role=status]");
    button.dataset.copied = "";
    status.textContent = status.dataset.said;
    setTimeout(() => {
      delete button.dataset.copied;
      status.textContent = "";
    }, COPIED_MS);
  }

  let asked = 0;
  let pause;

  /** The page itself answers, as it does without a script; of its answer only what differs is put in. */
  async function answer(address) {
    const mine = ++asked;
    const reply = await fetch(address, { headers: { accept: "text/html" } }).catch(() => undefined);
    if (!reply?.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    // A later change may have been quicker.
    if (mine !== asked) return;
    for (const part of document.querySelectorAll("#calculator [data-part]")) {
      const fresh = page.querySelector(`#calculator [data-part="${part.dataset.part}"]`);
      if (!fresh) continue;
      const at = [...part.children].indexOf(document.activeElement);
      part.replaceChildren(...fresh.cloneNode(true).childNodes);
      part.children[at]?.focus();
    }
    for (const input of document.querySelectorAll("#calculator input")) {
      const fresh = page.querySelector(`#calculator input[name="${input.name}"]`);
      if (fresh && input !== document.activeElement) input.value = fresh.defaultValue;
    }
  }

  function addressOf(form) {
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form)).toString();
    return address;
  }

  document.addEventListener("click", (event) => {
    const { target } = event;
    if (!(target instanceof Element)) return;
    const button = target.closest("[data-copy]");
    if (button) void copy(button);
    if (target.closest("[data-theme-toggle]")) toggleTheme();
    const preset = target.closest("#calculator [data-part=presets] a");
    if (!preset || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void answer(preset.href);
  });

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.id !== "calculator") return;
    clearTimeout(pause);
    pause = setTimeout(() => void answer(addressOf(form)), PAUSE_MS);
  });
})();
