// Waveforms: fetched when they come into sight; a click goes to that place of the recording.

import { parse } from "./live.js";

const sight = new IntersectionObserver((seen) => {
  for (const each of seen) {
    if (!each.isIntersecting) continue;
    sight.unobserve(each.target);
    draw(each.target);
  }
});

export function drawRecordings(within) {
  for (const each of within.querySelectorAll("[data-recording]")) {
    if (each.dataset.recording) sight.observe(each);
  }
}

async function draw(recording) {
  const answer = await fetch(recording.dataset.recording, { headers: { Accept: "*/*" } });
  if (!answer.ok) return;
  const picture = parse(await answer.text(), "div").querySelector("svg");
  recording.querySelector(".wave").replaceChildren(picture);
  const audio = recording.querySelector("audio");
  const length = Number(picture.dataset.length);
  const done = picture.querySelector(".done");
  audio.addEventListener("timeupdate", () => {
    done.setAttribute("width", (300 * audio.currentTime) / length);
  });
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    audio.currentTime = (length * (event.clientX - box.left)) / box.width;
    audio.play();
  });
}
