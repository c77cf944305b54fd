// A graph that the model has computed, and all that can be looked up in it.  Nothing here knows what a key or a vault is.
class WhatIfGraph {
  constructor(tables) {
    this.tables = tables;
    this.starts = new Map(tables.starts.map((each) => [each.slug, each]));
    this.codes = new Map(tables.commands.map((each, number) => [each.code, number]));
  }

  // What a decision diagram answers for a state, which is a row of numbers.
  ask(reference, row) {
    while (reference < 0) {
      const node = this.tables.nodes[~reference];
      const number = row[node[0]];
      reference = node[1];
      for (let at = 2; at < node.length; at += 2) {
        if (node[at] === number) {
          reference = node[at + 1];
          break;
        }
      }
    }
    return reference;
  }

  // The result of a command in a state, or null where the scope does not have it there: its outcome, what changes, and
  // what it costs of that which was there at some time, given in bits.
  step(row, command, once = 0) {
    const [outcome, ...changes] = this.tables.steps[this.ask(this.tables.commands[command].step, row)];
    if (outcome === undefined) return null;
    const after = [...row];
    for (let at = 0; at < changes.length; at += 2) after[changes[at]] = changes[at + 1];
    return {
      command,
      outcome: this.tables.outcomes[outcome],
      rests: this.tables.answers[this.ask(this.tables.commands[command].answer, row)],
      after,
      changes: changes.length ? this.changes(row, after) : [],
      cost: changes.length ? this.cost(row, after, once) : [],
    };
  }

  // What is seen of each thing: whether it is there, and sentences by number.
  look(row) {
    return this.tables.places.map((place) => {
      const [there, ...sentences] = this.tables.looks[this.ask(place.look, row)];
      return { place, there: Boolean(there), sentences };
    });
  }

  // The words that stand in place of a sentence in a state, by its number, each with the requirement by which it is so.
  instead(row) {
    const told = new Map();
    for (const place of this.tables.places) {
      for (const [sentence, says, by] of this.tables.insteads[this.ask(place.instead, row)]) told.set(sentence, { says, by });
    }
    return told;
  }

  // Every sentence that became true and the one that it replaces, by number, and whether a thing came or went.
  changes(before, after) {
    const then = this.look(before);
    return this.look(after).flatMap(({ place, there, sentences }, number) => {
      const was = then[number];
      if (was.there !== there) {
        const [old, now] = there ? [place.is_not, place.is] : [place.is, place.is_not];
        return [{ was: old, is: now, flips: true }];
      }
      const pairs = there ? sentences.map((now, at) => ({ was: was.sentences[at], is: now, flips: false })) : [];
      return pairs.filter((each) => each.was !== each.is);
    });
  }

  // What can be lost and is there, in bits.
  there(row) {
    const seen = this.look(row);
    const bits = this.tables.losses.map((loss, bit) => seen[loss.place].sentences.includes(loss.there) << bit);
    return bits.reduce((all, each) => all | each, 0);
  }

  // What was there at some time and is not now: the number of the loss, a sentence, and whether it is for good.
  lost(row, once) {
    const seen = this.look(row);
    const missing = once & ~this.there(row);
    const forGood = this.ask(this.tables.for_good, row);
    return this.tables.losses.flatMap((loss, number) => {
      if (!(missing & (1 << number))) return [];
      const { place, there, sentences } = seen[loss.place];
      const sentence = there ? sentences[loss.field] : place.is_not;
      return [{ number, sentence, forGood: Boolean(forGood & (1 << number)) }];
    });
  }

  // What is lost after and was not before, or not for good.
  cost(before, after, once) {
    const same = (one, other) => one.number === other.number && one.forGood === other.forGood;
    const earlier = this.lost(before, once);
    return this.lost(after, once).filter((each) => !earlier.some((other) => same(each, other)));
  }

  // The commands of a shortest way.  Its diagram has the number of the next command and 1, or 0 at the end.
  way(reference, row) {
    const commands = [];
    for (let next; (next = this.ask(reference, row)); row = this.step(row, next - 1).after) commands.push(next - 1);
    return commands;
  }

  // Where a path from a start leads, what was there on the way in bits, and its steps as far as the scope has them.  States don't
  // remember how something was lost, but the path does, and what an answer rests on besides may depend on it.  `never` has the
  // number of the grounds of each loss that is for good, and `warned` each loss by a request of which Microsoft warns that there may be
  // no return.
  walk(from, commands) {
    const start = this.starts.get(from);
    let { row, there, memory } = start;
    const never = new Map(start.for_good);
    const warned = new Set(start.warned);
    const steps = [];
    for (const command of commands) {
      const step = command === undefined ? null : this.step(row, command, there);
      if (!step) break;
      const { besides, leaves, for_good: fresh } = step.rests;
      steps.push({ ...step, besides: besides[memory] ?? besides[0] });
      memory = leaves ?? memory;
      fresh.forEach(([loss, grounds]) => never.set(loss, grounds));
      step.rests.back.forEach(([loss]) => warned.delete(loss));
      if (this.tables.commands[command].warning) step.rests.lost.forEach(([loss]) => warned.add(loss));
      row = step.after;
      there |= this.there(row);
    }
    return { row, there, steps, never, warned };
  }

  // The weakest basis of all requirements that an answer names, by their numbers.
  weakest(numbers) {
    const bases = numbers.map((each) => this.tables.requirements[each].basis);
    return this.tables.weakest_first.find((basis) => bases.includes(basis));
  }

  // The basis of each request of a way that brings a loss back: of the last one, what it rests on that the thing is back.
  bases(loss, way) {
    return way.map(({ outcome, rests }) => {
      const back = new Map(rests.back);
      return back.has(loss) ? this.tables.grounds[back.get(loss)].basis : this.weakest(outcome.requirements);
    });
  }

  // How sure it is that a way brings a loss back: as the weakest of its requests.
  sureness(loss, way) {
    const bases = this.bases(loss, way);
    return this.tables.weakest_first.find((basis) => bases.includes(basis));
  }

  // The profile that demands something of the path: `full`, where the losses on it are assumed, and if it has none, all of its answers.
  profile(steps) {
    const lost = steps.flatMap(({ rests }) => rests.lost.map(([, number]) => this.tables.grounds[number].basis));
    const answers = steps.map(({ outcome }) => this.weakest(outcome.requirements)).filter(Boolean);
    const bases = lost.length ? lost : answers;
    return bases.length && bases.every((basis) => basis === "assumed") ? "full" : "article";
  }

  // The path as JSON lines: the stage, the commands that lead to the start, and those of the steps.
  replay(from, steps) {
    const { stage, messages, commands } = this.tables;
    const { way } = this.starts.get(from);
    const numbers = [...way, ...steps.map((each) => commands[each.command].message)];
    return [{ stage }, ...numbers.map((each) => messages[each])].map((each) => `${JSON.stringify(each)}\n`).join("");
  }

  // The name of the start that stands for a way: it leads to the same state by the same requests, in whatever order.  Another way to
  // that state would say something else of how it came about.
  name(row, numbers) {
    const inOrder = (each) => String([...each].sort((one, other) => one - other));
    const same = (start) => String(start.row) === String(row) && inOrder(start.way) === inOrder(numbers);
    return this.tables.starts.find(same)?.name;
  }

  // The path as a scenario: Givens from the last situation on it, the last step, and Thens that leave nothing out.
  scenario(from, steps) {
    const { commands, sentences, requirements, starts } = this.tables;
    const { outcome, command, changes } = steps.at(-1);
    const { sentence, command: name, requirements: own } = commands[command];
    const start = this.starts.get(from);
    const rows = [start.row, ...steps.map((each) => each.after)];
    const way = steps.slice(0, -1).filter((each, at) => String(each.after) !== String(rows[at]));
    const numbers = [...start.way];
    const names = [start.name];
    for (const step of way) {
      numbers.push(commands[step.command].message);
      names.push(this.name(step.after, numbers));
    }
    const begin = names.findLastIndex(Boolean);
    const given = [names[begin], ...way.slice(begin).map((each) => commands[each.command].sentence)];
    if (given[0] === starts[0].name) given.shift();

    const uses = (outcome.uses ?? []).map((each) => sentences[each]);
    const changed = changes.map(({ is }) => sentences[is]);
    const then = {
      accepted: [
        ...uses,
        ...(changed.length ? changed : ["the request is accepted"]),
        changed.length ? "nothing else has changed" : "nothing has changed",
      ],
      refused: ["the request is refused"],
      unspecified: ["what happens is not specified"],
    }[outcome.outcome];

    const cited = outcome.outcome === "accepted" ? [...own, ...outcome.requirements] : outcome.requirements;
    const [rule, ...tags] = [...new Set(cited)].map((each) => requirements[each]);
    const clauses = (keyword, texts) => texts.map((text, at) => `  ${at ? "And" : keyword} ${text}`);
    return [
      ...(rule ? [`# ${rule.id.split(".")[0]}.feature, @${rule.id}, Rule: ${rule.title}`] : []),
      ...(tags.length ? [tags.map((each) => `@${each.id}`).join(" ")] : []),
      `Scenario: ${WhatIfGraph.spaced(name)}, ${outcome.outcome}`,
      ...clauses("Given", given),
      ...clauses("When", [sentence]),
      ...clauses("Then", then),
    ].join("\n");
  }

  // `DeleteVault` as `Delete vault`.
  static spaced(name) {
    return name.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  }
}

// The page on which one tries requests out.  All it shows is looked up; where one is stands in the address.
(() => {
  const find = (name) => document.getElementById(`what-if-${name}`);
  const graph = new WhatIfGraph(WHAT_IF);
  const { commands, sentences, requirements, starts, subjects, losses, grounds } = graph.tables;
  const DEFAULT = "a-deployed-model-under-customer-managed-keys";
  const MARKS = { accepted: "✔ accepted", refused: "✘ refused", unspecified: "○ not specified" };
  let path; // the start and the commands since, and what is to be said of the address
  let now; // where the path leads, and its steps

  // Pieces of the page

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const text = (words, name = "") => element("p", { className: name }, words);
  const words = (name, inside) => element("span", { className: `what-if-${name}` }, inside);
  const list = (items) => element("ul", {}, ...items.map((each) => element("li", {}, ...each)));
  const mark = (outcome) => words(`mark ${outcome}`, MARKS[outcome]);
  const forGood = () => words("for-good", "✘ for good");
  const label = (command) => commands[command].sentence.replace(/^the customer /, "");
  const counted = (number, word) => (number ? `${number} ${word}${number === 1 ? "" : "s"}` : `no ${word}`);
  const fill = (name, ...children) => find(name).replaceChildren(...children);

  // The address

  const address = (from, taken) => {
    const codes = taken.map((each) => commands[each].code);
    return `#from=${from}${codes.length ? `&then=${codes.join(".")}` : ""}`;
  };

  const read = (hash) => {
    const given = new URLSearchParams(hash.slice(1));
    const from = given.get("from") ?? DEFAULT;
    if (!graph.starts.has(from)) {
      return { from: DEFAULT, taken: [], notice: `The address starts from “${from}”, which is not here.` };
    }
    const codes = (given.get("then") ?? "").split(".").filter(Boolean);
    const known = codes.map((each) => graph.codes.get(each));
    const taken = known.slice(0, graph.walk(from, known).steps.length);
    const stops = "The address goes on with a request that this page does not have here, and is followed up to it.";
    return { from, taken, notice: taken.length < codes.length ? stops : "" };
  };

  // Whoever asked stays where they were, or comes to the answer if that is gone.
  const go = (from, taken) => {
    const asked = document.activeElement;
    const hash = address(from, taken);
    if (hash !== location.hash) history.pushState(null, "", hash);
    show();
    if (!asked.isConnected || asked.disabled || asked.closest("[hidden]")) find("answer").focus();
  };

  // What is shown

  const show = () => {
    path = read(location.hash);
    now = graph.walk(path.from, path.taken);
    now.instead = graph.instead(now.row);
    showControls();
    showPath();
    showAnswer();
    showLosses();
    showState();
    showScenario();
    showCommands();
  };

  const showControls = () => {
    find("from").value = path.from;
    find("undo").disabled = find("reset").disabled = !path.taken.length;
    find("lose").disabled = !graph.way(graph.tables.to_lose, now.row).length;
  };

  const showPath = () => {
    const place = (taken, inside) => {
      if (taken === path.taken.length) return element("span", { ariaCurrent: "step" }, inside);
      const link = element("a", { href: address(path.from, path.taken.slice(0, taken)) }, inside);
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // it is opened elsewhere
        event.preventDefault();
        go(path.from, path.taken.slice(0, taken));
      });
      return link;
    };
    const start = [place(0, graph.starts.get(path.from).name)];
    const steps = now.steps.map((each, at) => [place(at + 1, label(each.command)), " ", mark(each.outcome.outcome)]);
    fill("path", ...list([start, ...steps]).children);
  };

  // A sentence by number, or the words in its place with what they rest on.
  const told = (sentence) => {
    const words = now.instead.get(sentence);
    if (!words) return [sentences[sentence]];
    const { id, basis } = requirements[words.by];
    return [words.says, " (", requirementLink({ id, title: "why" }), ") ", basisMark(basis)];
  };

  const showAnswer = () => {
    const said = path.notice ? [text(path.notice, "what-if-notice")] : [];
    const step = now.steps.at(-1);
    const nothing = `You start from this: ${graph.starts.get(path.from).name}. Nothing was asked for yet.`;
    said.push(...(step ? answer(step) : [text(nothing)]));
    fill("said", ...said);
  };

  const answer = ({ command, outcome, changes, cost, rests, besides }) => {
    const kind = outcome.outcome;
    // what the article says of each loss, by the sentence that it is lost
    const known = new Map(rests.lost);
    const says = new Map(cost.filter((each) => known.has(each.number)).map((each) => [each.sentence, grounds[known.get(each.number)]]));
    const said = [element("p", { className: "what-if-request" }, mark(kind), " ", commands[command].sentence)];
    const section = (title, items) => items.length && said.push(element("h3", {}, title), list(items));
    const reasons = outcome.requirements.map(reason);

    if (kind !== "accepted") section("Because", reasons);
    if (kind === "refused") said.push(text("Nothing changed."));
    if (kind === "unspecified") said.push(text("Nothing is demanded here, and the simulation leaves all as it is."));
    if (kind === "accepted" && !changes.length) said.push(text("Nothing changed: it was so already."));

    // that it is lost is one thing, and that it is for good another, with a basis of its own
    const never = new Map(rests.for_good.map(([loss, number]) => [loss, grounds[number]]));
    const gone = new Map(cost.filter((each) => each.forGood).map((each) => [each.sentence, never.get(each.number)]));
    const shown = new Set(changes.map((each) => each.is));
    const changed = changes.map(({ was, is, flips }) => [
      ...told(is),
      ...(says.has(is) ? article(says.get(is)) : []),
      ...(gone.has(is) ? forever(gone.get(is)) : []),
      ...(flips ? [] : [words("was", `before: ${sentences[was]}`)]),
    ]);
    section("What changed", changed);
    const readings = new Set([...says.values()].map((each) => each.reading).filter(Boolean));
    said.push(...[...readings].map((each) => element("p", { className: "what-if-told" }, "A reading: ", ...linked(each))));
    const { warning } = commands[command];
    if (warning && rests.lost.length) said.push(element("p", { className: "what-if-told" }, ...warned(warning)));
    const others = [...gone].filter(([sentence]) => !shown.has(sentence));
    // what is lost on the same grounds has them once
    const alike = [...Map.groupBy(others, ([, why]) => JSON.stringify(why)).values()];
    section("Lost for good with it", alike.map((lost) => [lost.map(([sentence]) => sentences[sentence]).join("; "), ...forever(lost[0][1])]));
    section("Recorded", (outcome.uses ?? []).map((each) => [sentences[each]]));
    if (kind !== "accepted") return said;
    section("By", reasons);
    section("And as it is not otherwise, by", besides.map((each) => [...reason(each), ...sentenceLinks(requirements[each].stated)]));
    if (!says.size) {
      const weakest = graph.weakest([...outcome.requirements, ...besides]);
      const apart = gone.size ? ". That a loss is for good has a mark of its own." : "";
      if (weakest) said.push(element("p", { className: "what-if-weakest" }, "The answer is as sure as the weakest of these: ", basisMark(weakest), apart));
    }
    return said;
  };

  const requirementLink = ({ id, title }) => element("a", { href: `../specification/${id.split(".")[0]}.html#${id}` }, title);
  const basisMark = (basis) => element("em", { className: `basis basis-${basis}` }, basis);

  // A text with each requirement in it that this page knows as a link.
  const linked = (words) => words.split(/\b([a-z]+\.[a-z-]*[a-z])/).map((part) => {
    const known = requirements.find((each) => each.id === part);
    return known ? requirementLink(known) : part;
  });

  const sentenceLinks = (statements) => statements.flatMap((each) => [
    " ",
    element("a", { href: `../evidence/traceability.html#${each.toLowerCase()}`, className: "sentence" }, each),
  ]);

  // What the article says of a loss: the mark, its sentences, those against it, and in words the weakest part.
  const article = ({ basis, statements, against, weakest }) => {
    const told = weakest ? [element("span", { className: "what-if-told" }, "Weakest part: ", ...linked(weakest))] : [];
    const other = against.length ? ["; against it:", ...sentenceLinks(against)] : [];
    return [" ", basisMark(basis), ...sentenceLinks(statements), ...other, ...told];
  };

  // Microsoft's warning, with its pages.
  const warned = ({ says, sources }) => {
    const pages = sources.flatMap(({ title, url }, at) => [at ? ", " : "", element("a", { href: url }, title)]);
    return [says, " (", ...pages, ")"];
  };

  // That something is lost for good: the mark, why, and in words the weakest part.  Where the specification is silent, the simulation
  // has made a choice.
  const forever = ({ basis, requirements: names, weakest }) => {
    const why = names.flatMap((each, at) => {
      const known = requirements[each];
      const choice = known.silent ? " (the simulation then leaves all as it is, which is our choice)" : "";
      return [at ? "; " : "", requirementLink(known), choice];
    });
    const part = weakest ? [". Weakest part: ", ...linked(weakest)] : [];
    return [" ", forGood(), " ", basisMark(basis), element("span", { className: "what-if-told" }, "For good here, since: ", ...why, ...part)];
  };

  const reason = (number) => {
    const { id, title, basis } = requirements[number];
    return [requirementLink({ id, title }), " ", basisMark(basis)];
  };

  const showLosses = () => {
    const shown = new Set(); // with a thing goes all that was so of it
    const lost = graph.lost(now.row, now.there).map(({ number, sentence, forGood: never }) => {
      const what = shown.has(sentence) ? [`no longer so: ${sentences[losses[number].there]}`] : told(sentence);
      shown.add(sentence);
      if (never) return [...what, " ", forGood(), " ", basisMark(grounds[now.never.get(number)].basis)];
      const name = `Get it back: ${sentences[sentence]}`;
      const button = element("button", { type: "button", ariaLabel: name }, "Get it back");
      const way = graph.way(losses[number].back, now.row);
      button.addEventListener("click", () => go(path.from, [...path.taken, ...way]));
      const steps = graph.walk(path.from, [...path.taken, ...way]).steps.slice(path.taken.length);
      const doubt = now.warned.has(number);
      const back = words("back", doubt ? "? perhaps, Microsoft warns otherwise" : "✔ can come back");
      return [...what, " ", back, " ", basisMark(graph.sureness(number, steps)), " ", button, wayBack(number, steps)];
    });
    fill("losses", lost.length ? list(lost) : text("Nothing so far."));
  };

  // The requests of a way back, each with its basis.
  const wayBack = (number, steps) => {
    const bases = graph.bases(number, steps);
    const items = steps.map(({ command }, at) => [label(command), " ", basisMark(bases[at])]);
    return element("details", { className: "what-if-told" }, element("summary", {}, `By ${counted(steps.length, "request")}`), list(items));
  };

  const showState = () => {
    const fresh = new Set(now.steps.at(-1)?.changes.map((each) => each.is));
    const line = (each) => [...told(each), ...(fresh.has(each) ? [" ", words("new", "● new")] : [])];
    const things = graph.look(now.row).filter((each) => each.sentences.length);
    fill("state", ...things.map(({ place, there, sentences: all }) => {
      const made = there ? place.always.map((at) => all[at]).filter((each) => !now.instead.has(each)) : [];
      const rest = all.filter((each) => !made.includes(each));
      const first = rest.length ? rest : made.splice(0, 1);
      const thing = element("div", { className: `what-if-thing${there ? "" : " gone"}` });
      thing.append(element("h3", {}, place.title), list(first.map(line)));
      if (made.length) thing.append(text(made.map((each) => sentences[each]).join("; "), "what-if-always"));
      return thing;
    }));
  };

  const showScenario = () => {
    find("scenario").textContent = now.steps.length
      ? graph.scenario(path.from, now.steps)
      : "Make a request, and its scenario is here.";
    find("copy").disabled = !now.steps.length;
    find("profile").textContent = graph.profile(now.steps);
  };

  // Each request has one button, which stays where it is, and so does the focus.
  const buttons = commands.map((_, number) => {
    const button = element("button", { type: "button" }, words("ask", label(number)), words("preview", ""));
    button.addEventListener("click", () => {
      go(path.from, [...path.taken, number]);
      const { top, bottom } = find("said").getBoundingClientRect();
      const header = document.querySelector(".md-header").getBoundingClientRect().bottom;
      if (bottom < header || top > innerHeight) find("answer").scrollIntoView();
    });
    return button;
  });
  const groups = Object.entries(subjects).map(([subject, names]) => {
    const about = buttons.filter((_, number) => names.includes(commands[number].command));
    return element("div", {}, element("h3", {}, subject), list(about.map((each) => [each])));
  });

  const showCommands = () => {
    buttons.forEach((button, number) => {
      const step = graph.step(now.row, number, now.there);
      button.parentElement.hidden = !step || (step.outcome.names && !find("names").checked);
      if (step) button.lastChild.replaceChildren(mark(step.outcome.outcome), preview(step));
    });
    groups.forEach((group) => (group.hidden = !group.querySelector("li:not([hidden])")));
  };

  const preview = ({ outcome, changes, cost }) => {
    if (outcome.outcome === "refused") return `, ${counted(outcome.requirements.length, "reason")}`;
    if (outcome.outcome === "unspecified") return "";
    if (!cost.length) return `, ${counted(changes.length, "change")}`;
    const never = cost.filter((each) => each.forGood).length;
    return words("cost", `, ${cost.length} lost${never ? `, ${never} for good` : ""}`);
  };

  // What can be done

  const copy = async (button, copied) => {
    try {
      await navigator.clipboard.writeText(copied);
    } catch {
      // an older way, for where the page may not use the clipboard by itself
      const area = document.body.appendChild(element("textarea", { value: copied }));
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const said = button.parentElement.querySelector("[role=status]");
    said.textContent = "Copied";
    setTimeout(() => (said.textContent = ""), 2000);
  };

  const options = Map.groupBy(starts, (each) => each.group);
  options.forEach((group, label) =>
    find("from").append(element("optgroup", { label }, ...group.map((each) => element("option", { value: each.slug }, each.name)))));
  find("from").addEventListener("change", (event) => go(event.target.value, []));
  find("undo").addEventListener("click", () => go(path.from, path.taken.slice(0, -1)));
  find("reset").addEventListener("click", () => go(path.from, []));
  find("lose").addEventListener("click", () => {
    go(path.from, [...path.taken, ...graph.way(graph.tables.to_lose, now.row)]);
  });
  find("link").addEventListener("click", (event) => copy(event.target, location.href));
  find("copy").addEventListener("click", (event) => copy(event.target, find("scenario").textContent));
  find("replay").addEventListener("click", (event) => copy(event.target, graph.replay(path.from, now.steps)));
  find("names").addEventListener("change", showCommands);
  find("commands").append(...groups);
  addEventListener("hashchange", show);
  show();
  find("explorer").hidden = false;
  performance.mark("what-if-usable");
})();
