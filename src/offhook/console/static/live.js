// Server-sent events, as long as somebody looks: a browser has few connections to a host, and a
// page in the background would keep one of them. Whoever comes back is told what he has missed.

const AGAIN_MS = 5000; // after the server has refused

// Call the handler named by each event; the page shows when nothing comes any more.
export function follow(url, handlers) {
  let source = null;
  let last = "";
  let waiting = 0;

  function open() {
    const address = new URL(url, location.href);
    if (last) address.searchParams.set("after", last);
    source = new EventSource(address);
    for (const name of ["place", ...Object.keys(handlers)]) {
      source.addEventListener(name, (event) => {
        last = event.lastEventId || last;
        handlers[name]?.(event.data);
      });
    }
    source.addEventListener("open", () => document.body.classList.remove("cut"));
    source.addEventListener("error", () => {
      document.body.classList.add("cut");
      if (source?.readyState === EventSource.CLOSED) again();
    });
  }

  function close() {
    clearTimeout(waiting);
    source?.close();
    source = null;
  }

  function again() {
    close();
    waiting = setTimeout(open, AGAIN_MS);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else if (!source) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  if (!document.hidden) open();
}

// Return an element with what the server has rendered; scripts in it would not run.
export function parse(html, tag) {
  const holder = document.createElement("template");
  holder.innerHTML = `<${tag}>${html}</${tag}>`;
  return holder.content.firstElementChild;
}
