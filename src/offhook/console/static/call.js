// A call while one looks at it: new entries of the time line, and parts that have changed.

import { follow, parse } from "./live.js";
import "./place.js";
import { drawRecordings } from "./recordings.js";
import { countUp, localTimes } from "./times.js";

const page = document.getElementById("call");
const list = document.getElementById("timeline");
const announce = document.getElementById("announce");

follow(page.dataset.live, {
  entries(html) {
    const near = innerHeight + scrollY > document.body.scrollHeight - 120;
    const news = parse(html, "ol");
    localTimes(news);
    const titles = [];
    for (const each of [...news.children]) {
      if (document.getElementById(each.id)) continue; // sent again after a lost connection
      each.classList.add("fresh");
      titles.push(each.querySelector("summary, p")?.textContent.trim() ?? "");
      list.append(each);
    }
    if (near && titles.length) list.lastElementChild.scrollIntoView({ block: "nearest" });
    announce.textContent = titles.slice(-3).join(", ");
  },
  region(html) {
    const news = parse(html, "div").firstElementChild;
    const old = document.getElementById(news.id);
    if (old.contains(document.activeElement) && !old.querySelector("audio")) keepFocus(old, news);
    else if ([...old.querySelectorAll("audio")].some((each) => !each.paused)) return;
    else old.replaceWith(news);
    localTimes(news);
    drawRecordings(news);
    countUp(news);
  },
});

// Whoever has the keyboard in a part keeps his place in it.
function keepFocus(old, news) {
  const stops = (within) => [...within.querySelectorAll("a, button, summary")];
  const at = stops(old).indexOf(document.activeElement);
  old.replaceWith(news);
  stops(news)[at]?.focus();
}

drawRecordings(document);
