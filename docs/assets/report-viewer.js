// Shows a report.  Nothing of it is sent anywhere.
{
  const known = JSON.parse(document.getElementById("report-known").textContent);
  const viewer = document.getElementById("report-viewer");
  const said = document.getElementById("report-said");
  const place = document.getElementById("report-shown");
  const MANY = 400; // cases, or entries of a log, that are shown at once
  viewer.hidden = false;

  const { visible, lines, make, table, folded, markOf, requirement, listed, block } = reportPieces(known);

  // The parts of the page.
  function heading({ envelope }) {
    const { subject, exit_code: code } = envelope;
    const name = subject ? `${subject.product} ${subject.version === "unstated" ? "" : subject.version}` : "A system that did not say hello";
    const found = make("h2", "", `${name.trim()}: ${known.says[code]}`);
    found.tabIndex = -1;
    return found;
  }
  function notices({ envelope, log, unread, cut }) {
    const { subject, complete, trouble, digest, stale_deviations: stale } = envelope;
    const differ = countsThatDiffer(envelope, known);
    return [
      !complete && `This report is marked incomplete: the run was broken off${trouble ? ` (${trouble})` : ""}. What it says of the rest is only that it was not run.`,
      complete && trouble && `The kit says: ${trouble}`,
      differ.length && `Its counts do not follow from its cases (${differ.join(", ")}): it was changed after it was written. Do not rely on it.`,
      digest !== known.digest && "It was made with another version of the specification than this site, so requirements may have changed since.",
      !subject && "The system did not say hello, so nothing was tested.",
      !log && "Its log, messages.ndjson, is not among what was opened, so no excerpts of it can be shown. Open the whole folder for these.",
      unread && `Of its log, ${unread} lines can't be read.`,
      cut && "Its log was cut off in the middle of a line.",
      ...stale.map((each) => `The file of deviations: ${each}`),
    ]
      .filter(Boolean)
      .map((each) => make("p", "notice", each));
  }
  function facts({ envelope }) {
    const { subject, selection, coverage } = envelope;
    const only = Object.entries(selection).filter(([, values]) => values.length);
    const of = (part) => `${coverage[part] ?? "?"} of ${coverage[`${part}_in_all`] ?? "?"}`;
    const facts = {
      Profile: envelope.profile,
      Lanes: envelope.lanes.join(", "),
      Selection: only.map(([name, values]) => `${name} ${values.join(", ")}`).join("; ") || "everything",
      Waived: envelope.waived.join(", "),
      Run: `${envelope.started} to ${envelope.finished} (${ageOf(envelope.finished) || "at no time that can be read"})`,
      Kit: `${envelope.kit}, protocol ${envelope.protocol}, over ${envelope.transport}, seed ${envelope.seed}`,
      Specification: `${envelope.digest.slice(0, 12)}${envelope.digest === known.digest ? ", that of this site" : ", not that of this site"}`,
      Levels: subject?.levels.join(", "),
      Capabilities: subject && (subject.capabilities.join(", ") || "none"),
      "Not observed": subject?.hidden.join(", "),
      "Of the model": `${of("rows")} rows and ${of("reasons")} reasons for refusals covered`,
    };
    const pairs = Object.entries(facts).filter(([, value]) => value);
    return make("dl", "", ...pairs.flatMap(([term, value]) => [make("dt", "", term), make("dd", "", value)]));
  }
  function counts({ envelope: { cases } }) {
    const statuses = Object.keys(known.statuses);
    const parts = [
      ["all that counts", (each) => each.scored],
      ...Object.keys(known.levels).map((level) => [level, (each) => each.scored && each.level === level]),
      ["assumptions, which do not count", (each) => !each.scored],
    ];
    const rows = parts.map(([name, has]) => [name, cases.filter(has)]).filter(([, found]) => found.length);
    return table("", ["What", "In all", ...statuses.map(markOf)], rows.map(([name, found]) => [
      name,
      String(found.length),
      ...statuses.map((status) => String(found.filter((each) => each.status === status).length)),
    ])); // prettier-ignore
  }
  function causes({ envelope: { groups } }, search) {
    if (!groups.length) return [make("p", "", "Nothing failed.")];
    return [
      make("p", "", "The failures, by cause."),
      make("ul", "", ...groups.map(({ cause, cases }) => {
        const button = make("button", "", `show ${cases.length === 1 ? "the case" : `all ${cases.length}`}`);
        button.type = "button";
        button.addEventListener("click", () => search(cases));
        const words = Object.hasOwn(known.requirements, cause) ? [requirement(cause, true), " ", make("code", "", cause)] : [cause || "Without a cause"];
        return make("li", "", ...words, " ", button);
      })),
    ]; // prettier-ignore
  }

  // The cases, with filters.
  function byCase(report) {
    const { cases } = report.envelope;
    const form = make("form", "filters");
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Narrow the list");
    const fields = [
      ["Result", (each) => each.status, (value) => known.marks[value].word],
      ["Topic", topicOf],
      ["Lane", (each) => each.lane],
      ["Level", (each) => each.level ?? ""],
    ].map(([name, of, shown = visible]) => {
      const select = document.createElement("select");
      const values = [...new Set(cases.map(of))].filter(Boolean).slice(0, MANY);
      select.append(new Option("all", ""), ...values.map((value) => new Option(shown(value), value)));
      form.append(make("label", "", name, select));
      return { select, of };
    });
    const words = document.createElement("input");
    words.type = "search";
    form.append(make("label", "", "Words or @tag", words));
    const count = make("p", "count");
    count.setAttribute("role", "status");
    const list = make("div", "cases");
    let only = null; // ids, where a cause is looked at
    function show() {
      const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (each) =>
        fields.every(({ select, of }) => !select.value || of(each) === select.value) &&
        asked.every((word) => (word[0] === "@" ? tagsOf(each).includes(word.slice(1)) : textOfCase(each).includes(word))) &&
        (!only || only.has(each.id));
      const found = cases.filter(fits);
      count.textContent = `${found.length} of ${cases.length} shown${found.length > MANY ? `, the first ${MANY}; narrow the list` : ""}`;
      list.replaceChildren(...found.slice(0, MANY).map((each) => oneCase(each, report)));
    }
    form.addEventListener("input", () => {
      only = null;
      show();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
    function search(ids) {
      form.reset();
      only = new Set(ids);
      show();
      list.querySelector("summary")?.focus();
    }
    return { search, parts: [form, count, list] };
  }
  const tagsOf = (each) => [...each.requirements, ...(each.attributed_to ?? [])];
  const topicOf = (each) => (each.requirements[0] ?? each.attributed_to?.[0] ?? "").split(".")[0];
  const textOfCase = (each) => [each.id, each.name, each.reason, each.known, ...tagsOf(each)].filter(Boolean).join(" ").toLowerCase();

  function oneCase(each, report) {
    const summary = [markOf(each.status), " ", make("span", "what", each.id)];
    if (each.reason) summary.push(make("span", "why", each.reason));
    return folded(summary, () => inFull(each, report));
  }
  async function inFull(each, { log, index }) {
    const facts = [
      ["Name", each.name],
      ["Requirements", each.requirements.length && listed(each.requirements.map((name) => requirement(name)))],
      ["Attributed to", each.attributed_to?.length && listed(each.attributed_to.map((name) => requirement(name)))],
      ["Known", each.known],
      ["The system broke", each.fault],
      ["Does not count", !each.scored && `it rests on ${(each.rests_on ?? []).join(", ") || "an assumption"}`],
      ["Level", each.level],
      // an id that others wrote could hold more than an id
      ["Again", /^[a-z0-9./-]+$/.test(each.id) && each.lane === known.features && make("code", "", `translator-cmk verify --case ${each.id}`)],
    ].filter(([, value]) => value);
    const found = [make("dl", "", ...facts.flatMap(([term, value]) => [make("dt", "", term), make("dd", "", ...[value].flat())]))];
    if (each.shown) found.push(block(each.shown));
    const places = index?.get(each.id);
    if (places) found.push(excerpt(log, places));
    return found;
  }
  const excerpt = (log, places) =>
    folded("The log: what was asked, and what was answered", async () => {
      try {
        const { entries, more } = await entriesAt(log, places, MANY);
        const list = make("ol", "log", ...entries.map(exchange));
        return more ? [list, make("p", "", "There is more in messages.ndjson.")] : [list];
      } catch {
        return [make("p", "notice", "The log can't be read any more: it was changed since it was opened.")];
      }
    });
  function exchange(entry) {
    if (!isObject(entry.request)) return make("li", "", `a new world, in which names end in ${JSON.stringify(entry.world)}`);
    const { verb, id, session, ...request } = entry.request;
    const asked = make("p", "", make("strong", "", `${verb}`), " ", make("code", "", JSON.stringify(request)));
    if (entry.fault) return make("li", "broke", asked, make("p", "", `${known.marks.inconclusive.glyph} it broke: `, make("code", "", JSON.stringify(entry.fault))));
    const words = Object.hasOwn(entry, "answer") ? answer(entry.answer) : ["no answer is in the log"];
    return make("li", "", asked, make("p", "", "→ ", ...words));
  }

  function answer(value) {
    if (!isObject(value) || !isText(value.answer)) return [make("code", "", JSON.stringify(value))];
    const { id, answer: kind, ...rest } = value;
    return [make("strong", "", kind), ...(Object.keys(rest).length ? [" ", make("code", "", JSON.stringify(rest))] : [])];
  }

  function counterexamples({ counterexamples: files }) {
    if (!files.length) return [make("p", "", "No counterexample is among the opened files.")];
    return files.slice(0, MANY).map(({ path, file }) =>
      folded(path.split("/").at(-1), async () => {
        try {
          return [block(await textOf(file, path))];
        } catch (error) {
          return [make("p", "notice", error.message)];
        }
      }),
    );
  }

  function show(report) {
    const { search, parts } = byCase(report);
    const title = heading(report);
    const beside = report.index?.get("");
    const section = (name, ...content) => make("section", "", make("h3", "", name), ...content);
    place.replaceChildren(
      title,
      ...notices(report),
      facts(report),
      section("Results", counts(report)),
      section("By cause", ...causes(report, search)),
      section("By scenario and command", ...parts),
      section("Counterexamples", ...counterexamples(report)),
      ...(beside ? [section("Before and after", excerpt(report.log, beside))] : []),
    );
    title.focus();
  }

  let latest = 0; // which of several that were opened is to be shown
  async function open(files) {
    const turn = (latest += 1);
    place.replaceChildren();
    said.className = "";
    said.textContent = "Reading …";
    try {
      const report = await reportIn(await files, known);
      if (report.log) Object.assign(report, await indexOfLog(report.log));
      if (turn !== latest) return;
      said.textContent = "";
      show(report);
    } catch (error) {
      if (turn !== latest) return;
      said.className = "notice";
      if (error instanceof Misread) said.textContent = lines(error.message);
      else {
        said.textContent = "This can't be shown, and that is a mistake of this page; the report is as it was.";
        throw error;
      }
    }
  }

  for (const input of viewer.querySelectorAll("input[type=file]")) {
    // the same file chosen again, after another run, is then a change too
    input.addEventListener("click", () => {
      input.value = "";
    });
    input.addEventListener("change", () => {
      if (input.files.length) open(filesChosen(input));
    });
  }
  // a file that is dropped beside the box would take the place of this page
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    open(filesDropped(event.dataTransfer));
  });
}
