// A textarea with line numbers, and marks where the checker has found something.
//
// The marks lie behind the text and are made of the very lines they mark, so that tabs and wide
// characters are as wide there as above. Nothing here is HTML: all text is put in as text.

const chars = (text) => [...text]; // columns are counted in characters, not in UTF-16

export class Editor {
  constructor(holder) {
    this.area = holder.querySelector("textarea");
    this.gutter = element("div", "gutter");
    this.marks = element("div", "marks");
    this.numbers = element("pre", "numbers");
    this.gutter.append(this.numbers);
    for (const each of [this.gutter, this.marks]) each.setAttribute("aria-hidden", "true");
    const paper = element("div", "paper");
    this.area.replaceWith(paper);
    paper.append(this.marks, this.area);
    holder.prepend(this.gutter);
    holder.append(paper);
    this.found = [];
    this.area.addEventListener("scroll", () => this.follow());
    this.area.addEventListener("input", () => this.count());
    this.count();
  }

  get text() {
    return this.area.value;
  }

  // Replace a part, or everything, so that it can be undone.
  put(text, from = 0, to = this.area.value.length) {
    this.area.focus();
    this.area.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, from, to, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  show(findings) {
    this.found = findings;
    this.area.setAttribute("aria-invalid", String(findings.some((each) => each.severity === "error")));
    const lines = this.text.split("\n");
    const height = this.lineHeight();
    const byLine = Map.groupBy ? Map.groupBy(findings, (each) => each.line) : group(findings);
    const rows = [];
    for (const [number, those] of byLine) {
      const line = chars(lines[number - 1] ?? "");
      const row = element("div", those.some((each) => each.severity === "error") ? "bad" : "odd");
      row.style.top = `${(number - 1) * height}px`;
      let at = 0;
      for (const { column, length } of those.sort((a, b) => a.column - b.column)) {
        const begin = Math.max(at, column - 1);
        const end = Math.max(begin + 1, column - 1 + length);
        row.append(line.slice(at, begin).join(""), element("mark", "", line.slice(begin, end).join("") || " "));
        at = end;
      }
      rows.push(row);
    }
    this.marks.replaceChildren(...rows.reverse()); // what hangs below a line is not painted over
    this.count();
    this.follow();
  }

  // Put the cursor where a finding is.
  go({ line, column, length }) {
    const from = this.place(line, column);
    this.area.focus();
    this.area.setSelectionRange(from, this.place(line, column + length));
    const above = (line - 1) * this.lineHeight();
    if (above < this.area.scrollTop || above > this.area.scrollTop + this.area.clientHeight - 40) {
      this.area.scrollTop = Math.max(0, above - this.area.clientHeight / 2);
    }
  }

  // Return the offset of a line and column.
  place(line, column) {
    const lines = this.text.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    return before + chars(lines[line - 1] ?? "").slice(0, column - 1).join("").length;
  }

  count() {
    const worst = new Map();
    for (const { line, severity } of this.found) {
      if (worst.get(line) !== "error") worst.set(line, severity);
    }
    const count = this.text.split("\n").length;
    const rows = [];
    for (let number = 1; number <= count; number += 1) {
      const kind = worst.get(number);
      rows.push(kind ? element("b", `is-${kind}`, `${number}\n`) : `${number}\n`);
    }
    this.numbers.replaceChildren(...rows);
    this.follow();
  }

  follow() {
    const { scrollLeft, scrollTop } = this.area;
    this.numbers.style.transform = `translateY(${-scrollTop}px)`;
    this.marks.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
  }

  lineHeight() {
    return parseFloat(getComputedStyle(this.area).lineHeight);
  }
}

export function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

function group(findings) {
  const byLine = new Map();
  for (const each of findings) byLine.set(each.line, [...(byLine.get(each.line) ?? []), each]);
  return byLine;
}
