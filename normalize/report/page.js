"use strict";
(() => {
  const tools = document.querySelector(".tools");
  const rows = Array.from(document.querySelectorAll(".sides tbody tr"));
  if (!tools || rows.length === 0) return;

  // Found however it is accented or cased: the Turkish dotted and dotless i both count as i.
  const fold = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/ı/g, "i");
  const entries = rows.map((row) => ({
    row,
    language: row.dataset.language,
    marks: new Set((row.dataset.marks || "").split(" ")),
    text: null,
  }));
  const byDocument = new Map(
    Array.from(document.querySelectorAll(".document"), (element) => [element, []]),
  );
  for (const entry of entries) byDocument.get(entry.row.closest(".document")).push(entry);
  const search = tools.querySelector("input[type=search]");
  const language = tools.querySelector("select");
  const toggles = Array.from(tools.querySelectorAll("input[type=checkbox]"));
  const shown = tools.querySelector(".shown");
  const reset = tools.querySelector("button");
  const number = (value) => value.toLocaleString("en");

  const counts = new Map();
  for (const entry of entries) counts.set(entry.language, (counts.get(entry.language) || 0) + 1);
  for (const [code, count] of [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    language.add(new Option(`${code} (${number(count)})`, code));
  }
  for (const toggle of toggles) {
    const count = entries.filter((entry) => entry.marks.has(toggle.value)).length;
    toggle.parentElement.querySelector("b").textContent = number(count);
    toggle.disabled = count === 0;
  }

  const matches = (entry, wanted, marks, query) => {
    if (wanted && entry.language !== wanted) return false;
    if (marks.length && !marks.some((mark) => entry.marks.has(mark))) return false;
    if (!query) return true;
    if (entry.text === null) {
      entry.text = fold(Array.from(entry.row.querySelectorAll(".said"), (cell) => cell.textContent).join("\n"));
    }
    return entry.text.includes(query);
  };

  const apply = () => {
    const query = fold(search.value.trim());
    const marks = toggles.filter((toggle) => toggle.checked).map((toggle) => toggle.value);
    const filtered = Boolean(query || marks.length || language.value);
    let total = 0;
    for (const [element, own] of byDocument) {
      let count = 0;
      for (const entry of own) {
        const keep = matches(entry, language.value, marks, query);
        entry.row.hidden = !keep;
        if (keep) count += 1;
      }
      element.hidden = filtered && count === 0;
      total += count;
    }
    reset.hidden = !filtered;
    shown.textContent = filtered
      ? `${number(total)} of ${number(entries.length)} segments`
      : `${number(entries.length)} segments`;
  };

  let pending = 0;
  const later = () => {
    clearTimeout(pending);
    pending = setTimeout(apply, 120);
  };
  search.addEventListener("input", later);
  language.addEventListener("change", apply);
  for (const toggle of toggles) toggle.addEventListener("change", apply);
  reset.addEventListener("click", () => {
    search.value = "";
    language.value = "";
    for (const toggle of toggles) toggle.checked = false;
    apply();
    search.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });
  tools.hidden = false;
  apply();
})();
