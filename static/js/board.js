// Lets a card be dragged to another column of the member board. Dropping opens the form in which the role is set, with
// facts and a reason; nothing changes by dragging. The links on the card do the same without a pointer or script.
"use strict";

const draggable = !matchMedia("(pointer: coarse)").matches;
let dragged = null;

for (const hint of document.querySelectorAll("[data-drag-hint]")) {
  hint.hidden = !draggable;
}

for (const card of draggable ? document.querySelectorAll("[data-move]") : []) {
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    card.classList.add("sl-card--dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  card.addEventListener("dragend", () => {
    dragged = null;
    card.classList.remove("sl-card--dragged");
  });
}

for (const column of document.querySelectorAll("[data-column]")) {
  const takes = () => dragged !== null && !column.contains(dragged);
  column.addEventListener("dragover", (event) => {
    if (takes()) {
      event.preventDefault();
      column.classList.add("sl-board__column--over");
    }
  });
  column.addEventListener("dragleave", (event) => {
    if (!column.contains(event.relatedTarget)) {
      column.classList.remove("sl-board__column--over");
    }
  });
  column.addEventListener("drop", (event) => {
    column.classList.remove("sl-board__column--over");
    if (takes()) {
      event.preventDefault();
      const form = new URL(dragged.dataset.move, location.href);
      form.searchParams.set("naar", column.dataset.column);
      location.assign(form);
    }
  });
}
