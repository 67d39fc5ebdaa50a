// Times as the reader's clock has them; the server writes UTC.

const day = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

export function localTimes(within) {
  for (const each of within.querySelectorAll("time[data-show]")) {
    const at = new Date(each.dateTime);
    const today = day.format(at) === day.format(new Date());
    const time = clock.format(at);
    each.title = at.toString();
    each.textContent = each.dataset.show === "time" || today ? time : `${day.format(at)} ${time}`;
  }
}

// How long something has gone on, in minutes and seconds, since a time in seconds.
export function countUp(within = document) {
  for (const each of within.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1000 - Number(each.dataset.since)));
    const rest = String(seconds % 60).padStart(2, "0");
    each.textContent = `${Math.floor(seconds / 60)}:${rest}`;
  }
}
