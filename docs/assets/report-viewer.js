// The page that shows a report: reads files, takes a .zip apart, and builds the page.  Nothing is sent anywhere.

// Reads a report: finds its envelope among files, says what is wrong with it, and finds the log of each case.

// The message that the reader gets instead of a report.
class Misread extends Error {}

const REPORT_AT_MOST = 64 * 1024 * 1024; // bytes of an envelope
const LINE_AT_MOST = 16 * 1024 * 1024; // bytes of a line of a log

// Files, each {path, file}: from a drop, where a folder is gone through, or from an input.
async function filesDropped(transfer) {
  const files = [...transfer.files].map((file) => ({ path: file.name, file }));
  const entries = [...transfer.items].map((each) => each.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((each) => each.isDirectory)) return files;
  const found = [];
  try {
    for (const entry of entries) await goThrough(entry, found);
  } catch {
    // some browsers refuse this to a page that was itself opened from a folder
    throw new Misread("The browser does not let this page look into a folder that is dropped. Choose the folder instead.");
  }
  return found;
}

async function goThrough(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // a part of them at a time
    const part = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!part.length) return;
    for (const each of part) await goThrough(each, found);
  }
}

const filesChosen = (input) => [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

// The report in some files: its envelope, and those of its other files that are there.
async function reportIn(files, known) {
  if (files.length === 1 && /\.zip$/i.test(files[0].path)) files = await filesInZip(files[0].file);
  const depth = ({ path }) => path.split("/").length;
  const named = files.filter(({ path }) => /(^|\/)report\.json$/.test(path)).sort((a, b) => depth(a) - depth(b));
  if (named.length > 1 && depth(named[0]) === depth(named[1]))
    throw new Misread(`There are ${named.length} reports in there. Open one at a time.`);
  const envelope = named[0] ?? (files.length === 1 ? files[0] : undefined);
  if (!envelope)
    throw new Misread(
      files.length
        ? `There is no report.json among ${files.length} files. Open the folder that translator-cmk verify wrote.`
        : "There is no file in there. Open the folder that translator-cmk verify wrote.",
    );
  const content = await jsonIn(envelope);
  checkEnvelope(content, envelope.path, known);
  const root = envelope.path.slice(0, envelope.path.lastIndexOf("/") + 1);
  const file = (name) => files.find(({ path }) => path === root + name)?.file;
  const counterexamples = files
    .filter(({ path }) => path.startsWith(`${root}counterexamples/`) && path.endsWith(".feature"))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { envelope: content, log: file("messages.ndjson"), counterexamples };
}

async function textOf(file, path) {
  if (file.size > REPORT_AT_MOST) throw new Misread(`${path} has ${file.size} bytes, which is too large for a report.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch (error) {
    const why = error instanceof TypeError ? "it is not in UTF-8" : "the browser does not let this page read it";
    throw new Misread(`${path} can't be read: ${why}.`);
  }
}

async function jsonIn({ path, file }) {
  const text = await textOf(file, path);
  if (!text.trim()) throw new Misread(`${path} is empty.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const cut = /^\s*[{[]/.test(text) && !/[}\]]\s*$/.test(text);
    const why = cut ? "it begins as JSON and ends in the middle, so it was cut off" : `it is no JSON (${error.message})`;
    throw new Misread(`${path} can't be read: ${why}. Copy the report again, or run translator-cmk verify again.`);
  }
}

// What the fields of an envelope have to be, as far as they are shown.
const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const isWhole = (value) => Number.isInteger(value) && value >= 0;
const objectOf = (is) => (value) => isObject(value) && Object.values(value).every(is);
const isGroup = (value) => isObject(value) && isText(value.cause) && isTexts(value.cases);
const [TEXT, TEXTS, NUMBER] = [[isText, "a text"], [isTexts, "a list of texts"], [isWhole, "a number from 0 on"]];
const FLAG = [(value) => typeof value === "boolean", "true or false"];
const oneOf = (words) => [(value) => Object.hasOwn(words, String(value)), `one of ${Object.keys(words).join(", ")}`];
const fieldsOf = (kind, ...names) => Object.fromEntries(names.map((name) => [name, kind]));

const ENVELOPE = {
  ...fieldsOf(TEXT, "digest", "kit", "profile", "transport", "started", "finished"),
  ...fieldsOf(TEXTS, "waived", "lanes", "stale_deviations"),
  ...fieldsOf(NUMBER, "protocol", "seed"),
  complete: FLAG,
  subject: [(value) => value === null || isObject(value), "an object or null"],
  selection: [objectOf(isTexts), "an object of lists of texts"],
  coverage: [objectOf(isWhole), "an object of numbers"],
  counts: [(value) => isObject(value) && isObject(value.scored), "an object with the tally scored"],
  groups: [(value) => Array.isArray(value) && value.every(isGroup), "a list of groups"],
  cases: [(value) => Array.isArray(value) && value.every(isObject), "a list of objects"],
};
const SUBJECT = { ...fieldsOf(TEXT, "product", "version"), ...fieldsOf(TEXTS, "capabilities", "levels", "hidden") };
const CASE = { ...fieldsOf(TEXT, "id", "lane"), scored: FLAG, requirements: TEXTS };
const CASE_MAY = {
  ...fieldsOf(TEXT, "name", "reason", "shown", "known", "fault", "feature", "level"),
  ...fieldsOf(TEXTS, "attributed_to", "rests_on"),
};

function* amiss(value, where, must, may = {}) {
  for (const [name, [is, what]] of Object.entries({ ...must, ...may })) {
    const there = Object.hasOwn(value, name);
    if (there && !is(value[name])) yield `${where}${name} is not ${what}`;
    if (!there && Object.hasOwn(must, name)) yield `${where}${name} is missing`;
  }
}

function* amissInEnvelope(envelope, known) {
  yield* amiss(envelope, "", { ...ENVELOPE, exit_code: oneOf(known.says) }, { trouble: TEXT });
  if (isObject(envelope.subject)) yield* amiss(envelope.subject, "subject.", SUBJECT);
  const ids = new Set();
  for (const [place, each] of (Array.isArray(envelope.cases) ? envelope.cases : []).entries()) {
    if (!isObject(each)) return; // reported above
    yield* amiss(each, `cases[${place}].`, { ...CASE, status: oneOf(known.statuses) }, CASE_MAY);
    if (ids.has(each.id)) yield `cases[${place}].id stands there twice`;
    ids.add(each.id);
  }
}

function checkEnvelope(envelope, path, known) {
  if (!isObject(envelope) || !["format", "cases"].every((name) => Object.hasOwn(envelope, name)))
    throw new Misread(
      `${path} is JSON, but no report of the conformance kit. Open the report.json that translator-cmk verify wrote.`,
    );
  if (envelope.format !== known.format) {
    const made = isText(envelope.kit) ? ` (${envelope.kit})` : "";
    throw new Misread(
      `${path} is a report of format ${JSON.stringify(envelope.format)}, and this page reads format ${known.format}. ` +
        `Open it on the site of the version that made it${made}.`,
    );
  }
  const wrong = [];
  for (const each of amissInEnvelope(envelope, known)) if (wrong.push(each) > 5) break;
  if (wrong.length)
    throw new Misread(
      `${path} is not in the form of a report: ${wrong.slice(0, 5).join("; ")}${wrong.length > 5 ? "; and more" : ""}. ` +
        "It was changed, or made by another version of the kit.",
    );
}

// The counts in the envelope that do not follow from its cases.
function countsThatDiffer({ cases, counts }, known) {
  const scored = cases.filter((each) => each.scored);
  const found = { total: scored.length };
  for (const status of Object.keys(known.statuses)) found[status] = scored.filter((each) => each.status === status).length;
  return Object.keys(found).filter((name) => counts.scored[name] !== found[name]);
}

// Where in a log the lines of each case are: for its name a list of [start, end], in bytes.
async function indexOfLog(log) {
  const index = new Map();
  const reader = log.stream().getReader();
  let unread = 0;
  let rest = new Uint8Array();
  let start = 0; // of what is in rest
  let long = false; // whether the line that rest ends was too long, and left out
  function add(line, from, to) {
    const name = long ? undefined : caseOf(line);
    const places = index.get(name);
    if (!isText(name)) unread += 1;
    else if (!places) index.set(name, [[from, to]]);
    else if (places.at(-1)[1] === from) places.at(-1)[1] = to;
    else places.push([from, to]);
    long = false;
  }
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const bytes = joined(rest, part.value);
    let from = 0;
    for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
      add(bytes.subarray(from, to), start + from, start + to + 1);
      from = to + 1;
    }
    rest = bytes.subarray(from);
    start += from;
    if (rest.length > LINE_AT_MOST) {
      start += rest.length;
      rest = new Uint8Array();
      long = true;
    }
  }
  return { index, unread, cut: long || rest.length > 0 };
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function caseOf(line) {
  try {
    return JSON.parse(new TextDecoder().decode(line)).case;
  } catch {
    return undefined;
  }
}

// The entries of a log at some places: of many only the first, and whether there are more.
async function entriesAt(log, places, atMost) {
  const entries = [];
  for (const [from, to] of places) {
    const until = Math.min(to, from + LINE_AT_MOST);
    const lines = (await log.slice(from, until).text()).split("\n");
    lines.pop(); // what follows the last line break
    for (const line of lines) {
      if (entries.length === atMost) return { entries, more: true };
      entries.push(JSON.parse(line));
    }
    if (until < to) return { entries, more: true };
  }
  return { entries, more: false };
}

// Takes the files out of a .zip (those that its list at the end names; stored or deflated, no encryption, no zip64).
const ZIP_AT_MOST = 512 * 1024 * 1024;

async function filesInZip(zip) {
  const spoilt = (why) => new Misread(`${zip.name} can't be unpacked: ${why}. Unpack it yourself, and open the folder.`);
  if (zip.size > ZIP_AT_MOST) throw spoilt("it is too large");
  const bytes = new DataView(await zip.arrayBuffer());
  try {
    let end = bytes.byteLength - 22;
    while (end >= 0 && bytes.getUint32(end, true) !== 0x06054b50) end -= 1;
    if (end < 0) throw spoilt("it is no zip, or was cut off");
    const found = [];
    let at = bytes.getUint32(end + 16, true);
    let left = ZIP_AT_MOST;
    for (let number = bytes.getUint16(end + 10, true); number > 0; number -= 1) {
      if (bytes.getUint32(at, true) !== 0x02014b50) throw spoilt("its list of files is damaged");
      const [flags, method] = [bytes.getUint16(at + 8, true), bytes.getUint16(at + 10, true)];
      const [packed, size] = [bytes.getUint32(at + 20, true), bytes.getUint32(at + 24, true)];
      const [named, extra, comment] = [28, 30, 32].map((each) => bytes.getUint16(at + each, true));
      const path = new TextDecoder().decode(new Uint8Array(bytes.buffer, at + 46, named));
      const local = bytes.getUint32(at + 42, true);
      at += 46 + named + extra + comment;
      if (path.endsWith("/")) continue;
      if (flags & 1 || (method !== 0 && method !== 8)) throw spoilt("it is encrypted, or packed in an uncommon way");
      left -= size;
      if (left < 0) throw spoilt("what is in it is too large");
      const start = local + 30 + bytes.getUint16(local + 26, true) + bytes.getUint16(local + 28, true);
      const content = new Uint8Array(bytes.buffer, start, packed);
      found.push({ path, file: await unpacked(content, method, size, spoilt) });
    }
    return found;
  } catch (error) {
    throw error instanceof RangeError ? spoilt("it was cut off") : error;
  }
}

// No more than the size that the list gives is taken out, however much there is.
async function unpacked(content, method, size, spoilt) {
  if (method === 0) return new Blob([content]);
  const reader = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let taken = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      taken += part.value.length;
      if (taken > size) break;
      parts.push(part.value);
    }
  } catch {
    taken = -1;
  }
  if (taken !== size) {
    reader.cancel().catch(() => {});
    throw spoilt("what is in it is damaged");
  }
  return new Blob(parts);
}

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

// Shows a report.
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
