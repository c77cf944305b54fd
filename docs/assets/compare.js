// Compares any two runs; which two is kept in the address of the page.
(() => {
  const { runs, marks, things, places, statuses } = JSON.parse(document.getElementById("runs-compared").textContent);
  const box = document.getElementById("compared");
  box.hidden = false;
  if (runs.length < 2) {
    box.append("There are no two runs to compare.");
    return;
  }
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const kept = new URLSearchParams(location.search);
  const choice = (name, label, otherwise) => {
    const select = element("select", { name }, ...runs.map((run) => new Option(run.name, run.key)));
    select.value = (runs.find((run) => run.key === kept.get(name)) ?? otherwise).key;
    form.append(element("label", {}, label, select));
    return select;
  };
  const form = element("form", { className: "filters", ariaLabel: "Runs to compare" });
  const before = choice("before", "Before", runs.at(-2));
  const after = choice("after", "After", runs.at(-1));
  const count = element("p", { className: "count", role: "status" });
  const wrap = element("div", { className: "md-typeset__scrollwrap" });
  box.append(form, count, wrap);

  const thing = (at) => (places[at] ? element("a", { href: places[at] }, things[at]) : things[at]);
  const show = () => {
    const [was, is] = [statuses[before.selectedIndex], statuses[after.selectedIndex]];
    const differ = [...things.keys()].filter((at) => was[at] !== is[at]);
    const added = differ.filter((at) => was[at] < 0).length;
    const removed = differ.filter((at) => is[at] < 0).length;
    count.textContent = `${added} added, ${removed} removed, ${differ.length - added - removed} changed.`;
    const row = (tag, ...cells) => element("tr", {}, ...cells.map((each) => element(tag, {}, each)));
    const body = differ.map((at) =>
      row("td", thing(at), was[at] < 0 ? "not there" : marks[was[at]], is[at] < 0 ? "removed" : marks[is[at]]),
    );
    const head = element("thead", {}, row("th", "What", "Before", "After"));
    wrap.replaceChildren(...(body.length ? [element("table", {}, head, element("tbody", {}, ...body))] : []));
  };
  form.addEventListener("change", () => {
    const now = new URLSearchParams(location.search);
    [before, after].forEach((each) => now.set(each.name, each.value));
    history.replaceState(null, "", `${location.pathname}?${now}${location.hash}`);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
