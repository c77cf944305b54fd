// The building blocks of the page about a report.  All that a report says is put in as text.
function reportPieces(known) {
  // Building blocks.  Every character of a text can be seen; the others are shown by their numbers, as in Python.
  const visible = (text) =>
    text.replace(/[\p{C}\p{Z}]/gu, (each) => {
      if (each === " ") return each;
      const code = each.codePointAt(0);
      const short = { 9: "\\t", 10: "\\n", 13: "\\r" }[code];
      const [letter, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
      return short ?? `\\${letter}${code.toString(16).padStart(digits, "0")}`;
    });
  const lines = (text) => text.split("\n").map(visible).join("\n");

  function make(tag, kind, ...content) {
    const found = document.createElement(tag);
    if (kind) found.className = kind;
    found.append(...content.map((each) => (typeof each === "string" ? lines(each) : each)));
    return found;
  }
  function table(caption, header, rows) {
    const head = make("thead", "", make("tr", "", ...header.map((each) => make("th", "", each))));
    const body = make("tbody", "", ...rows.map((row) => make("tr", "", ...row.map((each) => make("td", "", ...[each].flat())))));
    const found = make("table", "", head, body);
    if (caption) found.prepend(make("caption", "", caption));
    const box = make("div", "md-typeset__scrollwrap", make("div", "md-typeset__table", found));
    box.tabIndex = 0;
    return box;
  }
  function folded(summary, content) {
    const found = make("details", "", make("summary", "", ...[summary].flat()));
    // made when it is opened, since there can be thousands
    found.addEventListener("toggle", async () => found.children.length > 1 || found.append(...(await content())), { once: true });
    return found;
  }
  const markOf = (name) => make("span", `mark mark-${name}`, `${known.marks[name].glyph} ${known.marks[name].word}`);
  const isKnown = (name) => Object.hasOwn(known.requirements, name);
  function requirement(name, titled = false) {
    if (!isKnown(name)) return make("code", "", name);
    const link = make("a", "", titled ? known.requirements[name].title : name);
    link.href = `../specification/${known.requirements[name].topic}.html#${name}`;
    return link;
  }
  const listed = (parts) => parts.flatMap((each, number) => (number ? [", ", each] : [each]));
  const block = (text) => {
    const code = make("code", "", text);
    code.tabIndex = 0;
    return make("pre", "", code);
  };

  return { visible, lines, make, table, folded, markOf, requirement, listed, block };
}
