// A link to an entry opens it, even where the filter has hidden it.
function open() {
  const entry = /^#e\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (!entry) return;
  const part = [...entry.classList].find((each) => document.getElementById(`show-${each}`));
  if (part) document.getElementById(`show-${part}`).checked = true;
  const details = entry.querySelector("details");
  if (details) details.open = true;
  entry.scrollIntoView({ block: "center" });
  entry.focus({ preventScroll: true });
}
addEventListener("hashchange", open);
open();
