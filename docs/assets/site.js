// Small mends to the theme, and folded parts that open for print.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".md-search[role=dialog]").forEach((each) => each.setAttribute("aria-label", "Search"));

  // a table that is wider than its box scrolls by keyboard too
  const observer = new ResizeObserver(() =>
    document.querySelectorAll(".md-typeset__scrollwrap").forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }),
  );
  document
    .querySelectorAll(".md-typeset__scrollwrap, .md-typeset__table")
    .forEach((each) => observer.observe(each));
});

addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
