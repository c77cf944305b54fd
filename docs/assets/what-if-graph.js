// A graph that the model has computed, and all that can be looked up in it.  Nothing here knows what a key or a vault
// is: `what-if.schema.json` beside the data says what the tables hold.
class WhatIfGraph {
  constructor(tables) {
    this.tables = tables;
    this.starts = new Map(tables.starts.map((each) => [each.slug, each]));
    this.codes = new Map(tables.commands.map((each, number) => [each.code, number]));
    // of starts in the same state, the first gives it its name
    this.names = new Map(tables.starts.map((each) => [String(each.row), each.name]).reverse());
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

  // Where a path from a start leads, what was there on the way in bits, and its steps as far as the scope has them.
  walk(from, commands) {
    let { row, there } = this.starts.get(from);
    const steps = [];
    for (const command of commands) {
      const step = command === undefined ? null : this.step(row, command, there);
      if (!step) break;
      steps.push(step);
      row = step.after;
      there |= this.there(row);
    }
    return { row, there, steps };
  }

  // The path as a scenario: Givens from the last situation on it, the last step, and Thens that leave nothing out.
  scenario(from, steps) {
    const { commands, sentences, requirements, starts } = this.tables;
    const { outcome, command, changes } = steps.at(-1);
    const { sentence, command: name, requirements: own } = commands[command];
    const start = this.starts.get(from).row;
    const rows = [start, ...steps.map((each) => each.after)];
    const way = steps.slice(0, -1).filter((each, at) => String(each.after) !== String(rows[at]));
    const states = [start, ...way.map((each) => each.after)].map((row) => this.names.get(String(row)));
    const begin = states.findLastIndex(Boolean);
    const given = [states[begin], ...way.slice(begin).map((each) => commands[each.command].sentence)];
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
