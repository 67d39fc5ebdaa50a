// What every page has: the theme switch, times of the reader's clock, keys.

import { countUp, localTimes } from "./times.js";

localTimes(document);
countUp();
setInterval(() => countUp(), 1000);

const root = document.documentElement;
const theme = document.getElementById("theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const path = document.querySelector('meta[name="console-path"]').content;
  document.cookie = `offhook-theme=${root.dataset.theme}; path=${path}; max-age=31536000; samesite=strict`;
});

// "/" goes to the search, "?" is left to the browser; j and k walk down and up a list.
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "/") {
    const field = document.querySelector('[data-key="/"]');
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  } else if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1);
  }
});

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function walk(step) {
  const stops = [...document.querySelectorAll("[data-walk] a, [data-walk] summary")].filter(
    (each) => each.closest("[data-stop]")?.querySelector("a, summary") === each,
  );
  const at = stops.indexOf(document.activeElement);
  const next = stops[Math.max(0, Math.min(stops.length - 1, at + step))];
  next?.focus();
}
