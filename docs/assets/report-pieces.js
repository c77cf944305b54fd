// What the page about a report is put together from.  All that a report says is put in as text.
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

  // What came of it, requirement by requirement: rolled up as in the matrix of implementations.
  function came(each, name) {
    const failed = each.status === "differs" || known.failures.includes(each.status);
    return failed && each.blamed?.length && !each.blamed.includes(name) ? "inconclusive" : each.status;
  }
  function says(each, name) {
    if (each.status === "differs") return Boolean(each.rests_on?.includes(name));
    if (each.lane === known.features) return each.requirements.includes(name);
    return known.failures.includes(each.status) && Boolean(each.blamed?.includes(name));
  }
  function word(count) {
    const failed = known.failures.reduce((sum, status) => sum + count(status), 0);
    if (count("passed"))
      return failed + count("inconclusive") + count("not-run") ? "partly" : count("differs") ? "differs" : "passed";
    if (failed) return "failed";
    return ["differs", "inconclusive", "not-run", "not-applicable"].find(count) ?? "not-run";
  }
  function cellOf(cases, name) {
    if (known.requirements[name].kind === "attestation") return { word: "declared", passed: 0, applicable: 0 };
    const statuses = cases.filter((each) => says(each, name)).map((each) => came(each, name));
    const count = (status) => statuses.filter((each) => each === status).length;
    return { word: word(count), passed: count("passed"), applicable: statuses.length - count("not-applicable") };
  }

  return { visible, lines, make, table, folded, markOf, requirement, listed, block, cellOf };
}
