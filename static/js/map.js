// Turns the static map of a page into a Leaflet map. The data are the page's own GeoJSON (see
// shortlist/showing/maps.py); texts enter as text, never as HTML.
"use strict";

const seriesOf = (about) => ((Number(about.series || 1) - 1) % 8) + 1;

function popup(about) {
  const box = document.createElement("div");
  const title = document.createElement("p");
  const name = document.createElement(about.href ? "a" : "strong");
  name.textContent = about.label;
  if (about.href) {
    name.href = about.href;
  }
  title.append(name);
  box.append(title);
  if (about.detail) {
    const detail = document.createElement("p");
    detail.textContent = about.detail;
    box.append(detail);
  }
  return box;
}

function mark(feature, at) {
  const about = feature.properties;
  const face = document.createElement("span");
  face.textContent = about.sign || "";
  const icon = L.divIcon({
    className: `sl-mark sl-mark--${about.kind} sl-series-${seriesOf(about)}`,
    html: face,
    iconSize: [28, 28],
  });
  const marker = L.marker(at, { icon, title: about.label, riseOnHover: true });
  marker.on("add", () => {
    const said = [about.sign, about.label, about.detail].filter(Boolean).join(", ");
    marker.getElement().setAttribute("aria-label", said);
  });
  return marker;
}

function style(feature) {
  const about = feature.properties;
  if (about.kind === "stadsdeel") {
    return { className: "sl-map__area", interactive: false, pane: "areas" };
  }
  return { className: `sl-map__route sl-line-${seriesOf(about)}`, fill: false };
}

function draw(box) {
  const data = JSON.parse(document.getElementById(box.dataset.map).textContent);
  box.classList.add("sl-map--live");
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Kaart: ${box.dataset.label}`);
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.5 });
  // areas lowest, their names on them, and only then routes (400) and marks (600)
  map.createPane("areas").classList.add("sl-map__pane-areas");
  map.createPane("names").classList.add("sl-map__pane-names");
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: "Inzoomen", zoomOutTitle: "Uitzoomen" }).addTo(map);
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { attribution: "Kaartgegevens © Kadaster (PDOK), CC BY 4.0", maxZoom: 19 }).addTo(map);
  }
  const layer = L.geoJSON(data, {
    style,
    pointToLayer: mark,
    onEachFeature(feature, shape) {
      const about = feature.properties;
      if (about.kind === "stadsdeel") {
        shape.bindTooltip(about.label, { permanent: true, direction: "center", pane: "names", className: "sl-map__area-label" });
      } else {
        shape.bindPopup(() => popup(about));
      }
    },
  }).addTo(map);
  const bounds = layer.getBounds();
  if (bounds.isValid()) {
    map.fitBounds(bounds, { padding: [16, 16], animate: false });
  } else {
    map.setView([52.37, 5.21], 12);
  }
}

document.querySelectorAll("[data-map]").forEach(draw);
