// Turns the static picture of groups into one to move and to point at. The data are the page's own (see
// shortlist/showing/graphs.py); texts enter as text, never as HTML. Colours are the page's own tokens.
"use strict";

const tokens = getComputedStyle(document.body);
const token = (name) => tokens.getPropertyValue(name).trim();

function look() {
  const letters = tokens.fontFamily;
  return [
    {
      selector: "node",
      style: {
        width: "data(radius)",
        height: "data(radius)",
        label: "data(label)",
        "background-color": token("--voorbeeld-kleuren-blauw-600"),
        color: token("--basis-color-default-color-document"),
        "font-family": letters,
        "font-size": 14,
        "text-wrap": "wrap",
        "text-max-width": 150,
        "text-valign": "bottom",
        "text-margin-y": 6,
      },
    },
    { selector: "node[kind = 'fluid']", style: { shape: "diamond", "background-color": "#863d15" } },
    { selector: "node[changed = 'ja']", style: { "border-width": 4, "border-color": "#f0a400" } },
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "line-color": token("--voorbeeld-kleuren-grijs-400"),
        "curve-style": "haystack",
      },
    },
    { selector: "edge[strong = 'ja']", style: { "line-color": "#a01d23" } },
    { selector: ".sl-away", style: { opacity: 0.2 } },
    { selector: ":selected", style: { "border-width": 4, "border-color": "#000000" } },
  ];
}

function tell(box, target) {
  box.replaceChildren();
  const about = target.data();
  const name = document.createElement(about.href ? "a" : "strong");
  name.textContent = about.label || "Band";
  if (about.href) {
    name.href = about.href;
    name.className = "utrecht-link utrecht-link--html-a";
  }
  box.append(name, ` — ${about.detail}`);
}

// on a narrow screen what hangs together goes below each other, so that names stay large enough to read
const CELL = { width: 176, height: 128, above: 49 };

function narrow(graph, box) {
  const room = Math.max(2 * CELL.width, box.clientWidth);
  let left = 0;
  let top = 0;
  let row = 0;
  for (const part of graph.elements().components()) {
    const places = part.nodes().map((node) => node.position());
    const x = Math.min(...places.map((place) => place.x)) - CELL.width / 2;
    const y = Math.min(...places.map((place) => place.y)) - CELL.above;
    const width = Math.max(...places.map((place) => place.x)) + CELL.width / 2 - x;
    const height = Math.max(...places.map((place) => place.y)) + CELL.height - CELL.above - y;
    if (left && left + width > room) {
      top += row;
      left = row = 0;
    }
    part.nodes().forEach((node) => {
      const old = node.position();
      node.position({ x: old.x - x + left, y: old.y - y + top });
    });
    left += width;
    row = Math.max(row, height);
  }
  // as high as the picture is at this width, so that all of it shows at once
  const drawn = graph.elements().boundingBox();
  const height = Math.ceil((drawn.h / drawn.w) * box.clientWidth) + 48;
  box.style.blockSize = `${Math.min(Math.max(height, 288), 960)}px`;
  graph.resize();
  graph.fit(undefined, 12);
}

function draw(box) {
  const elements = JSON.parse(document.getElementById(box.dataset.network).textContent);
  const still = document.getElementById(`${box.id}-static`);
  const told = document.getElementById(`${box.id}-told`);
  box.classList.add("sl-network--live");
  const graph = cytoscape({
    container: box,
    elements,
    style: look(),
    layout: { name: "preset", fit: true, padding: 24 },
    minZoom: 0.2,
    maxZoom: 3,
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
    autounselectify: false,
  });
  still.classList.add("sl-network-static--hidden");
  if (box.clientWidth < 3 * CELL.width && graph.nodes().length) narrow(graph, box);
  graph.on("tap", "node, edge", (event) => {
    const near = event.target.closedNeighborhood ? event.target.closedNeighborhood() : event.target;
    graph.elements().addClass("sl-away");
    near.union(event.target.isEdge() ? event.target.connectedNodes() : near).removeClass("sl-away");
    event.target.removeClass("sl-away");
    tell(told, event.target);
  });
  graph.on("tap", (event) => {
    if (event.target === graph) {
      graph.elements().removeClass("sl-away");
      told.replaceChildren();
    }
  });
  for (const button of document.querySelectorAll(`[data-zoom-of="${box.id}"]`)) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const factor = Number(button.dataset.factor);
      if (factor) {
        graph.zoom({
          level: graph.zoom() * factor,
          renderedPosition: { x: box.clientWidth / 2, y: box.clientHeight / 2 },
        });
      } else {
        graph.fit(undefined, 24);
      }
    });
  }
}

// the slider goes to its window as soon as it is let go, and says meanwhile which window that is
function slide(input) {
  const names = JSON.parse(document.getElementById(input.dataset.windows).textContent);
  const output = document.getElementById(`${input.id}-told`);
  const say = () => {
    const name = names[Number(input.value)];
    output.textContent = name;
    input.setAttribute("aria-valuetext", name);
  };
  input.addEventListener("input", say);
  input.addEventListener("change", () => input.form.requestSubmit());
  say();
}

document.querySelectorAll("[data-network]").forEach(draw);
document.querySelectorAll("[data-windows]").forEach(slide);
