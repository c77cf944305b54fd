// Small mends to the theme, folded parts that open for print, and code that can be copied.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".md-search[role=dialog]").forEach((each) => each.setAttribute("aria-label", "Search"));

  // a table that is wider than its box scrolls by keyboard too, and fades out where it goes on
  const more = (box) => box.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
  const observer = new ResizeObserver(() =>
    document.querySelectorAll(".md-typeset__scrollwrap").forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
      more(box);
      box.onscroll = () => more(box);
    }),
  );
  document
    .querySelectorAll(".md-typeset__scrollwrap, .md-typeset__table")
    .forEach((each) => observer.observe(each));

  const said = Object.assign(document.createElement("span"), { className: "copied", role: "status" });
  document.body.append(said);
  document.querySelectorAll(".md-content .highlight > pre").forEach((pre) => {
    const code = pre.querySelector("code");
    const button = Object.assign(document.createElement("button"), { className: "copy", type: "button", textContent: "Copy" });
    button.addEventListener("click", async () => {
      const done = await navigator.clipboard.writeText(code.innerText.trimEnd() + "\n").then(() => true, () => false);
      button.textContent = done ? "Copied" : "Not allowed";
      said.textContent = done ? "Copied." : "Your browser does not let this page copy.";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    pre.before(button);
  });
});

addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));

// What a reader fills in, ticks or narrows is kept in the address of the page.
function keep(values) {
  const now = new URLSearchParams(location.search);
  Object.entries(values).forEach(([name, value]) => (value ? now.set(name, value) : now.delete(name)));
  history.replaceState(null, "", `${location.pathname}${now.size ? `?${now}` : ""}${location.hash}`);
}
const kept = new URLSearchParams(location.search);

// Narrows the tables of a box by the values of some of their columns, by words and by @tags.
document.querySelectorAll(".filterable").forEach((box) => {
  const tables = [...box.querySelectorAll("table")];
  const folds = [...box.querySelectorAll("details[data-topic]")];
  const headers = [...tables[0].tHead.rows[0].cells].map((each) => each.textContent.trim().toLowerCase());
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]).map((row) => ({
    row,
    cells: [...row.cells].map((each) => each.textContent.trim()),
    text: row.textContent.toLowerCase(),
    tags: new Set([...row.querySelectorAll("code")].map((each) => each.textContent.replace(/^@/, ""))),
  }));
  const form = box.querySelector("form.filters");
  const count = box.querySelector(".count");
  const selects = [...form.querySelectorAll("select")];
  selects.forEach((select) => {
    const values = [...select.options].map((each) => each.value);
    select.value = values.includes(kept.get(select.name)) ? kept.get(select.name) : "";
  });
  const words = form.elements.words;
  words.value = kept.get(words.name) || "";

  // what a table has no column for, its fold says
  function valueOf({ row, cells }, name) {
    const column = headers.indexOf(name);
    return column < 0 ? row.closest("details").dataset[name] : cells[column];
  }

  function show() {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value);
    let shown = 0;
    rows.forEach((each) => {
      const fits =
        chosen.every((select) => valueOf(each, select.name) === select.value) &&
        asked.every((word) => (word[0] === "@" ? each.tags.has(word.slice(1)) : each.text.includes(word)));
      each.row.hidden = !fits;
      shown += fits;
    });
    folds.forEach((fold) => {
      fold.hidden = !fold.querySelector("tbody tr:not([hidden])");
      if (chosen.length || asked.length) fold.open = true;
    });
    count.textContent = `${shown} of ${rows.length} shown`;
  }
  form.addEventListener("input", () => {
    keep(Object.fromEntries([...form.elements].map((each) => [each.name, each.value])));
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
  box.classList.remove("narrowing"); // what the address leaves out was never seen
});

// The boxes of a checklist that are ticked.
const boxes = [...document.querySelectorAll(".checklist input[type=checkbox]")];
const ticked = new Set((kept.get("ticked") || "").split(" "));

function keepTicked() {
  const names = boxes.filter((box) => box.checked).map((box) => box.name);
  keep({ ticked: names.join(" ") });
}
boxes.forEach((box) => {
  box.checked = ticked.has(box.name);
  box.addEventListener("change", keepTicked);
});

// The page of the decision: shows the advice for the answers given, fills in the record, and writes it as Markdown.
document.querySelectorAll("form.decision").forEach((form) => {
  const { words, rules } = JSON.parse(document.getElementById("decided").textContent);
  const record = document.getElementById("decision-record");
  const fields = document.querySelector(".record-fields");
  const actions = document.querySelector("p.actions");
  const answer = document.getElementById("answer");
  const questions = [...form.querySelectorAll("[data-question]")];
  const outcomes = [...form.querySelectorAll(".rules tbody tr")].map((each) => {
    const cells = [...each.children];
    return { title: cells[0].textContent, because: cells.at(-2).textContent, next: cells.at(-1) };
  });
  const names = [...questions.map((each) => each.dataset.question), ...[...fields.elements].map((each) => each.name)];
  const control = (name) => form.elements[name] ?? fields.elements[name];
  const blank = new Map([...record.querySelectorAll("[data-fill]")].map((each) => [each, each.textContent]));

  const fill = (name, text) =>
    record.querySelectorAll(`[data-fill="${name}"]`).forEach((each) => (each.textContent = text || blank.get(each)));
  const isFor = (each, value) => each.dataset.if.split(" ").includes(value);

  function show() {
    const chosen = Object.fromEntries(names.map((name) => [name, control(name).value]));
    const fits = (rule, unanswered) => Object.entries(rule[1]).every(([name, allowed]) => chosen[name] ? allowed.includes(chosen[name]) : unanswered);
    const possible = rules.filter((rule) => fits(rule, true));
    const at = rules.findIndex((rule) => fits(rule, false));
    const asked = questions.filter((each) => possible.some((rule) => each.dataset.question in rule[1]));
    const left = asked.filter((each) => !chosen[each.dataset.question]).length;
    questions.forEach((each) => {
      each.hidden = !asked.includes(each);
      each.querySelectorAll(".advice").forEach((said) => said.classList.toggle("given", isFor(said, chosen[each.dataset.question])));
      fill(each.dataset.question, each.hidden ? "not asked" : words[chosen[each.dataset.question]]);
    });
    answer.classList.toggle("given", at >= 0);
    const outcome = outcomes[at];
    if (!outcome) answer.textContent = left < questions.length ? `${left} more to answer.` : "Answer the first question.";
    else {
      const title = document.createElement("strong");
      title.textContent = `${outcome.title}.`;
      answer.replaceChildren(title, ` ${outcome.because} `, ...outcome.next.cloneNode(true).childNodes);
    }
    fill("answer", outcome?.title.toLowerCase());
    fill("because", outcome?.because);
    fill("next", outcome?.next.textContent);
    fill("date", outcome && new Date().toISOString().slice(0, 10));
    [...fields.elements].forEach((each) => fill(each.name, each.value));
    record.querySelectorAll("[data-if]").forEach((each) => (each.hidden = at < 0 || !isFor(each, rules[at][0])));
  }

  names.forEach((name) => (control(name).value = kept.get(name) ?? ""));
  [form, fields].forEach((each) => {
    each.addEventListener("input", () => {
      keep(Object.fromEntries(names.map((name) => [name, control(name).value])));
      show();
    });
    each.addEventListener("submit", (event) => event.preventDefault());
  });

  // The record as Markdown.  Where the site has an address, links are whole; elsewhere requirements are named by their ids.
  const local = !/^https?:$/.test(location.protocol) || /^(localhost|127\.|\[::1\])/.test(location.hostname);
  const address = document.querySelector("link[rel=canonical]")?.href ?? (local ? "" : location.href);

  function inline(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent.replace(/\s+/g, " ");
    const inner = [...node.childNodes].map(inline).join("");
    if (node.matches?.(".headerlink")) return "";
    if (node.matches?.("a")) return linked(node, inner);
    if (node.matches?.("strong")) return `**${inner.trim()}**`;
    if (node.matches?.("code")) return `\`${inner}\``;
    return inner;
  }
  function linked(node, inner) {
    const link = node.getAttribute("href");
    if (/^https?:/.test(link)) return `[${inner}](${link})`;
    const answers = new URL(link, address || location.href);
    if ("address" in node.dataset) answers.search = location.search;
    if (address) return `[${inner}](${answers.href})`;
    const [, id] = /#([a-z]+\.[a-z0-9-]+)$/.exec(link) ?? [];
    return "address" in node.dataset ? "" : id ? `${inner} (\`${id}\`)` : inner;
  }
  function markdown() {
    const marks = { H3: "\n# ", H4: "\n## ", SUMMARY: "\n## ", LI: "- ", P: "\n" };
    const blocks = [...record.querySelectorAll("h3, h4, summary, p, li")].filter((each) => !each.hidden);
    const lines = blocks.map((each) => [each.tagName, inline(each).trim()]).filter(([, text]) => text);
    const text = lines.map(([tag, line]) => marks[tag] + line + (tag === "LI" ? "" : "\n")).join("\n");
    return `${text.trim().replace(/\n{3,}/g, "\n\n")}\n`;
  }

  const does = {
    print: () => {
      document.body.classList.add("only-record");
      print();
      document.body.classList.remove("only-record");
      return "";
    },
    copy: () => navigator.clipboard.writeText(markdown()).then(
      () => "Copied.",
      () => "Your browser does not let this page copy; download it instead.",
    ),
    download: () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([markdown()], { type: "text/markdown" }));
      link.download = "customer-managed-keys-decision.md";
      link.click();
      URL.revokeObjectURL(link.href);
      return "Downloaded.";
    },
  };
  actions.addEventListener("click", async (event) => {
    const action = does[event.target.dataset.action];
    if (action) actions.querySelector(".said").textContent = await action();
  });
  show();
});

// Says how long ago something was, by the clock of whoever reads.
function ageOf(time) {
  const days = Math.floor((Date.now() - Date.parse(time)) / 86_400_000);
  if (!Number.isFinite(days)) return "";
  if (days < 0) return "in the future";
  const [count, unit] = days < 60 ? [days, "day"] : days < 730 ? [Math.floor(days / 30.44), "month"] : [Math.floor(days / 365.25), "year"];
  return days === 0 ? "less than a day ago" : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

document.querySelectorAll("[data-age]").forEach((each) => (each.textContent = `(${ageOf(each.dataset.age)})`));
