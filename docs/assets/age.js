// Says how long ago something was, by the clock of whoever reads.
function ageOf(time) {
  const days = Math.floor((Date.now() - Date.parse(time)) / 86_400_000);
  if (!Number.isFinite(days)) return "";
  if (days < 0) return "in the future";
  const [count, unit] = days < 60 ? [days, "day"] : days < 730 ? [Math.floor(days / 30.44), "month"] : [Math.floor(days / 365.25), "year"];
  return days === 0 ? "less than a day ago" : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

document.querySelectorAll("[data-age]").forEach((each) => (each.textContent = `(${ageOf(each.dataset.age)})`));
