// The page "Should you?": looks the answer up, fills in the record, and hands it out as Markdown.
(() => {
  const { questions, words, rules, fits } = JSON.parse(document.getElementById("decided").textContent);
  const form = document.querySelector("form.decision");
  const record = document.getElementById("decision-record");
  const actions = document.querySelector("p.actions");
  const blank = new Map([...record.querySelectorAll("[data-fill]")].map((each) => [each, each.textContent]));

  const fill = (name, text) =>
    record.querySelectorAll(`[data-fill="${name}"]`).forEach((each) => (each.textContent = text || blank.get(each)));

  function show() {
    const chosen = questions.map((name) => form.elements[name].value);
    const rule = rules[fits[chosen.join(" ")]];
    const left = chosen.filter((each) => !each).length;
    document.getElementById("answer").textContent = rule
      ? `${rule[0]}. ${rule[1]}`
      : left < questions.length
        ? `${left} more to answer.`
        : "Answer all four questions, or read the answer off the table below.";
    document.getElementById("answer").classList.toggle("given", Boolean(rule));
    questions.forEach((name, index) => fill(name, words[chosen[index]]));
    fill("answer", rule && rule[0].toLowerCase());
    fill("because", rule && rule[1]);
    fill("date", rule && new Date().toISOString().slice(0, 10));
    record.querySelector("[data-address]").href = `${location.pathname}${location.search}#questions`;
  }

  const kept = new URLSearchParams(location.search);
  questions.forEach((name) => (form.elements[name].value = kept.get(name) in words ? kept.get(name) : ""));
  form.addEventListener("change", () => {
    const now = new URLSearchParams(location.search);
    questions.forEach((name) => now.set(name, form.elements[name].value));
    questions.forEach((name) => now.get(name) || now.delete(name));
    history.replaceState(null, "", `${location.pathname}${now.size ? `?${now}` : ""}${location.hash}`);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  // The record as Markdown: what is on the page, with whole addresses.
  function inline(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent.replace(/\s+/g, " ");
    const inner = [...node.childNodes].map(inline).join("");
    if (node.matches?.(".headerlink")) return "";
    if (node.matches?.("a")) return `[${inner}](${node.href})`;
    if (node.matches?.("strong")) return `**${inner.trim()}**`;
    if (node.matches?.("code")) return `\`${inner}\``;
    return inner;
  }
  function markdown() {
    const blocks = [...record.querySelectorAll("h3, p, li")].map((each) => {
      const text = inline(each).trim();
      return each.matches("h3") ? `# ${text}\n` : each.matches("li") ? `- ${text}` : `\n${text}\n`;
    });
    return blocks.join("\n").replace(/\n{3,}/g, "\n\n") + "\n";
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
  actions.hidden = false;
  actions.addEventListener("click", async (event) => {
    const action = does[event.target.dataset.action];
    if (action) actions.querySelector(".said").textContent = await action();
  });
  show();
})();
