// Narrows a table by the values of some of its columns, by words and by @tags; the choice is kept in the address.
document.querySelectorAll(".filterable").forEach((box) => {
  const table = box.querySelector("table");
  const headers = [...table.tHead.rows[0].cells].map((each) => each.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => ({
    row,
    cells: [...row.cells].map((each) => each.textContent.trim()),
    text: row.textContent.toLowerCase(),
    tags: new Set([...row.querySelectorAll("code")].map((each) => each.textContent.replace(/^@/, ""))),
  }));
  const kept = new URLSearchParams(location.search);
  const form = box.querySelector("form.filters");
  const count = box.querySelector(".count");
  const selects = [...form.querySelectorAll("select")].map((select) => {
    const column = headers.findIndex((each) => each.toLowerCase() === select.name);
    const values = [...select.options].map((each) => each.value);
    select.value = values.includes(kept.get(select.name)) ? kept.get(select.name) : "";
    return { select, column };
  });
  const words = form.elements.words;
  words.value = kept.get(words.name) || "";

  function show() {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach(({ row, cells, text, tags }) => {
      const fits =
        selects.every(({ select, column }) => !select.value || cells[column] === select.value) &&
        asked.every((word) => (word[0] === "@" ? tags.has(word.slice(1)) : text.includes(word)));
      row.hidden = !fits;
      shown += fits;
    });
    count.textContent = `${shown} of ${rows.length} shown`;
  }
  form.addEventListener("input", () => {
    const now = new URLSearchParams(location.search);
    [...form.elements].forEach((each) => (each.value ? now.set(each.name, each.value) : now.delete(each.name)));
    history.replaceState(null, "", `${location.pathname}${now.size ? `?${now}` : ""}${location.hash}`);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
  box.classList.remove("narrowing"); // what the address leaves out was never seen
});
