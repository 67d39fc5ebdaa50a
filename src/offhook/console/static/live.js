// Server-sent events. The browser connects again by itself, and says what it has got last.

// Call the handler named by each event; `gone` shows that nothing comes any more.
export function follow(url, handlers) {
  const source = new EventSource(url);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(event.data));
  }
  source.addEventListener("open", () => document.body.classList.remove("cut"));
  source.addEventListener("error", () => document.body.classList.add("cut"));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

// Return an element with what the server has rendered; scripts in it would not run.
export function parse(html, tag) {
  const holder = document.createElement("template");
  holder.innerHTML = `<${tag}>${html}</${tag}>`;
  return holder.content.firstElementChild;
}
