// Boxes to tick: what is ticked is kept in the address of the page, and counted.
(() => {
  const boxes = [...document.querySelectorAll(".checklist input[type=checkbox]")];
  const count = document.createElement("p");
  count.className = "count";
  count.setAttribute("role", "status");
  document.getElementById("checklist").nextElementSibling.after(count);

  const show = () => (count.textContent = `${boxes.filter((each) => each.checked).length} of ${boxes.length} ticked`);
  const ticked = new Set((new URLSearchParams(location.search).get("ticked") || "").split(" "));
  boxes.forEach((each) => (each.checked = ticked.has(each.name)));
  document.addEventListener("change", (event) => {
    if (!boxes.includes(event.target)) return;
    const now = new URLSearchParams(location.search);
    const names = boxes.filter((each) => each.checked).map((each) => each.name);
    if (names.length) now.set("ticked", names.join(" "));
    else now.delete("ticked");
    history.replaceState(null, "", `${location.pathname}${now.size ? `?${now}` : ""}${location.hash}`);
    show();
  });
  document.querySelector(".print-link")?.addEventListener("click", (event) => {
    event.preventDefault();
    print();
  });
  show();
})();
