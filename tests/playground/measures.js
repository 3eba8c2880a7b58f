// What the tests measure of the page that is seen.
"use strict";

const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
const named = (node) => node.ariaLabel || node.textContent.trim().slice(0, 20) || node.id;

function colour(text) {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return { rgb: [red, green, blue], alpha };
}

const over = (top, below) => top.rgb.map((value, at) => value * top.alpha + below[at] * (1 - top.alpha));

// What lies behind a node, through all that is not opaque.
function behind(node) {
  const own = colour(getComputedStyle(node).backgroundColor);
  return own.alpha === 1 || !node.parentElement ? own.rgb : over(own, behind(node.parentElement));
}

// As WCAG reckons it.
function luminance(rgb) {
  const linear = rgb.map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

function ratio(text, node) {
  const back = behind(node);
  const [low, high] = [luminance(over(colour(text), back)), luminance(back)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

// Of every text: its words and its contrast.
function contrasts() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: node, data } = walker.currentNode;
    if (data.trim() && seen(node)) found.push([data.trim().slice(0, 20), ratio(getComputedStyle(node).color, node)]);
  }
  for (const node of [...document.querySelectorAll("input, textarea")].filter(seen)) {
    found.push([node.id, ratio(getComputedStyle(node).color, node)]);
    if (node.placeholder) found.push([node.placeholder, ratio(getComputedStyle(node, "::placeholder").color, node)]);
  }
  return found;
}

// Of everything that is tapped: its words, width and height. A link within a text is as wide as its words.
function targets() {
  const all = [...document.querySelectorAll("button, a, input, textarea, [tabindex='0']")].filter(seen);
  return all.map((node) => {
    const { width, height } = node.getClientRects()[0];
    return [named(node), node.closest(".words") ? Infinity : width, height];
  });
}

// What is wider than the place that it has: the page, or words than their button.
function overflows() {
  const boxes = document.querySelectorAll("html, main, header, footer, #clock, #scroll, button, .bubble");
  return [...boxes].filter((node) => seen(node) && node.scrollWidth > node.clientWidth + 1).map(named);
}

// Is it to be seen where the keyboard is?
function outlined() {
  const node = document.activeElement.closest("label") ?? document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(node);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
}
