// Lets a visit on a day's timeline be dragged to another time or shift. Dropping it opens the visit's own form with
// shift and time filled in (the page behind the link does the same by keyboard); nothing changes before that is sent.
"use strict";

const FAR = 6; // pixels before a press counts as dragging
const STEP = 5 * 60 * 1000; // times fall on whole five minutes
const CLOCK = new Intl.DateTimeFormat("nl-NL", { timeZone: "Europe/Amsterdam", hour: "2-digit", minute: "2-digit" });

function laneAt(picture, y) {
  return [...picture.querySelectorAll("[data-shift]")].find((lane) => {
    const box = lane.getBoundingClientRect();
    return box.top - 18 <= y && y <= box.bottom;
  });
}

function timeAt(picture, x) {
  const box = picture.getBoundingClientRect();
  const from = Number(picture.dataset.from);
  const until = Number(picture.dataset.until);
  const at = from + ((x - box.left) / box.width) * (until - from);
  return CLOCK.format(new Date(Math.round(at / STEP) * STEP));
}

function drop(picture, link, x, y) {
  const lane = laneAt(picture, y);
  if (!lane) {
    return;
  }
  const target = new URL(link.getAttribute("href"), window.location.href);
  target.searchParams.set("dienst", lane.dataset.shift);
  target.searchParams.set("tijd", timeAt(picture, x));
  target.hash = "aanpassen";
  window.location.assign(target);
}

function draggable(picture, link) {
  let from = null;
  let far = false;
  const letGo = () => {
    from = null;
    link.removeAttribute("transform");
  };
  link.addEventListener("dragstart", (event) => event.preventDefault());
  link.addEventListener("pointerdown", (event) => {
    if (event.button === 0) {
      from = { x: event.clientX, y: event.clientY, left: event.clientX - link.getBoundingClientRect().left };
      far = false;
    }
  });
  // On the window: a quick move leaves the small block before it is seen there.
  window.addEventListener("pointermove", (event) => {
    if (!from) {
      return;
    }
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    far = far || Math.hypot(dx, dy) > FAR;
    if (far) {
      link.setAttribute("transform", `translate(${dx} ${dy})`);
    }
  });
  window.addEventListener("pointerup", (event) => {
    if (from && far) {
      drop(picture, link, event.clientX - from.left, event.clientY);
    }
    letGo();
  });
  window.addEventListener("pointercancel", letGo);
  link.addEventListener("click", (event) => {
    if (far) {
      event.preventDefault();
    }
  });
}

for (const picture of document.querySelectorAll("[data-day]")) {
  for (const link of picture.querySelectorAll("[data-visit]")) {
    draggable(picture, link);
  }
}
