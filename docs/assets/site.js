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
