
"use strict";
{
  const table = document.getElementById("machines");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const words = document.getElementById("words");
  const state = document.getElementById("state");
  const finding = document.getElementById("finding");
  const shown = document.getElementById("shown");

  const filter = () => {
    const wanted = words.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      const fits = (!state.value || row.dataset.state === state.value)
        && (!finding.value || row.dataset.findings.split(" ").includes(finding.value))
        && (!wanted || row.textContent.toLowerCase().includes(wanted));
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = count + " of " + rows.length + " machines shown";
  };

  const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.toLowerCase();
  const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;

  const sort = (header) => {
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) {
      other.setAttribute("aria-sort", "none");
    }
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const column = header.cellIndex;
    rows.sort((a, b) => (down ? -1 : 1) * compare(value(a, column), value(b, column)));
    body.append(...rows);
  };

  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    header.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(header));
  }
  for (const link of document.querySelectorAll("a[data-finding]")) {
    link.addEventListener("click", () => {
      words.value = "";
      state.value = "";
      finding.value = link.dataset.finding;
      filter();
    });
  }
  for (const control of [words, state, finding]) {
    control.addEventListener("input", filter);
  }
  document.getElementById("all").addEventListener("click", () => {
    words.value = state.value = finding.value = "";
    filter();
    words.focus();
  });
  document.getElementById("controls").hidden = false;
  filter();
}
