// Gauges that move: the server sends all of them once a second.

import { follow } from "./live.js";

const KEPT = 60; // seconds that a line shows
const past = new Map();

follow(document.getElementById("load").dataset.live, {
  load(text) {
    for (const [id, [value, most, said, about, mood]] of Object.entries(JSON.parse(text))) {
      const card = document.getElementById(`gauge-${id}`);
      if (!card) {
        location.reload(); // there is a gauge that was not there
        return;
      }
      card.className = `card gauge ${mood}`;
      card.querySelector(".said").textContent = said;
      card.querySelector(".about").textContent = about;
      const meter = card.querySelector("meter");
      if (meter && most) {
        meter.max = most;
        meter.value = value;
        meter.textContent = said;
      }
      draw(card.querySelector("polyline"), id, value, most);
    }
  },
});

function draw(line, id, value, most) {
  const values = [...(past.get(id) ?? []), value].slice(-KEPT);
  past.set(id, values);
  const top = Math.max(...values, (most ?? 0) / 20, 1);
  const points = values.map((each, at) => {
    const x = 100 - ((values.length - 1 - at) * 100) / (KEPT - 1);
    return `${x.toFixed(1)},${(28 - (each / top) * 26).toFixed(1)}`;
  });
  line.setAttribute("points", points.join(" "));
}
