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
