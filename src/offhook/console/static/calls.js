// The list of calls while one looks at it: rows that change, and new ones on top.

import { follow, parse } from "./live.js";
import { countUp, localTimes } from "./times.js";

const MOST = 100; // rows
const table = document.getElementById("calls");
const rows = document.getElementById("rows");
const announce = document.getElementById("announce");

follow(table.dataset.live, {
  row(html) {
    const row = parse(`<tbody>${html}</tbody>`, "table").querySelector("tr");
    localTimes(row);
    countUp(row);
    const old = document.getElementById(row.id);
    if (old) {
      const had = old.contains(document.activeElement);
      old.replaceWith(row);
      if (had) row.querySelector("a").focus();
      return;
    }
    if (!wanted(row)) return;
    row.classList.add("fresh");
    rows.prepend(row);
    table.hidden = false;
    document.getElementById("none")?.remove();
    announce.textContent = `New call: ${row.querySelector("a").textContent.trim()}`;
    while (rows.children.length > MOST) rows.lastElementChild.remove();
  },
  missed() {
    location.reload();
  },
});

// Which new calls belong into the list that is shown.
function wanted(row) {
  const show = table.dataset.show;
  if (show === "failed") return row.classList.contains("bad");
  return show !== "live" || row.classList.contains("live") || row.classList.contains("waiting");
}
