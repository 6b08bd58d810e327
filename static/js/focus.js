// Small help that a page can do without: the error summary takes the focus, and a sheet gets a print button.
"use strict";

const summary = document.querySelector("[data-focus]");
if (summary) {
  summary.focus();
}

const hint = document.querySelector("[data-print-hint]");
if (hint) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "utrecht-button utrecht-button--primary-action";
  button.textContent = "Afdrukken";
  button.addEventListener("click", () => window.print());
  hint.replaceWith(button);
}
